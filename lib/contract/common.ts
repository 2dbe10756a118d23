import type { BrokerName, BrokerSystem } from '@/lib/events/names';

/** A list that was not shown whole says so: how many of how many, and why. */
export interface Cut {
  readonly shown: number;
  /** null = more, count unknown. */
  readonly of: number | null;
  /** `first-part`: only the beginning was asked for, the rest can be. */
  readonly why: 'row-limit' | 'time-limit' | 'scan-limit' | 'first-part';
}

/** What every page needs once: where we are, which brokers, the token for actions. */
export interface SessionView {
  /** Product version and environment (`name` is in every confirm button). */
  readonly environment: { readonly name: string; readonly kind: 'production' | 'staging' | 'development' | 'demo' };
  readonly brokers: readonly { readonly name: BrokerName; readonly system: BrokerSystem; readonly inProcess: boolean }[];
  readonly csrf: string;
  readonly demo: boolean;
  readonly now: number;
}

/** Every API error, with the status in the HTTP answer. */
export interface ApiError {
  readonly error: { readonly code: string; readonly text: string; readonly cure: string | null };
}
