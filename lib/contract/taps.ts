import type { BrokerName, BrokerSystem, ChannelName, Micros, TapName } from '@/lib/events/names';

/** One tap as settings and the status bar show it. */
export interface TapCard {
  readonly tap: TapName;
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  readonly inProcess: boolean;
  readonly status: 'starting' | 'live' | 'paused' | 'retrying' | 'failed' | 'closed';
  readonly problem: { readonly code: string; readonly text: string; readonly cure: string; readonly command: string | null } | null;
  /** ms since 1970. */
  readonly since: number;
  readonly nextTryAt: number | null;
  readonly channels: readonly ChannelName[];
  readonly notes: readonly { readonly kind: string; readonly subject: string; readonly text: string }[];
  /** Events per second stored, 10 s window; newest event's age when it was stored, ms. */
  readonly rate: number;
  readonly behindMs: number | null;
  readonly stored: number;
  readonly gaps: readonly GapRow[];
  /** Newest picture of the broker, null before the first. */
  readonly pictureAt: Micros | null;
  readonly product: string | null;
  readonly missing: readonly { readonly part: string; readonly reason: string }[];
}

export interface GapRow {
  readonly tap: TapName;
  readonly channel: ChannelName | null;
  readonly partition: number | null;
  readonly fromOffset: number | null;
  readonly toOffset: number | null;
  /** null = count unknown. */
  readonly count: number | null;
  readonly reason: string;
  readonly detail: string;
  readonly at: Micros;
}

export interface TapsView {
  readonly taps: readonly TapCard[];
  readonly store: {
    readonly state: 'ready' | 'down';
    readonly kind: 'embedded' | 'server';
    readonly detail: string;
    readonly events: number | null;
    readonly bytes: number | null;
  };
  readonly collector: { readonly present: boolean; readonly since: number };
}
