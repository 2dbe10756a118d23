import type { BatchAnnouncement } from './bus-messages';
import type { SagaInstance } from '@/lib/sagas/saga';
import type { GroupPoint, QueuePoint } from './samples';
import type { TapCard } from './taps';
import type { TopologyRates } from './topology';
import type { EventRow } from './traces';
import type { ReplayReport } from './dead-letters';

/**
 * socket.io on path `/live`, websocket only. The client emits `subscribe` with a `Subscription` (acknowledged with `{ ok } | { error }`) and
 * `visible` with a boolean; the server emits `frame`. Every frame carries one number per socket (`seq`, +1 each) and absolute values; the
 * client that sees a number missing, or `resync: true`, asks the view's HTTP snapshot again and goes on from there.
 */
export type Room =
  | { readonly room: 'topology' }
  | { readonly room: 'traces' }
  | { readonly room: 'trace'; readonly traceId: string }
  | { readonly room: 'sagas' }
  | { readonly room: 'lag' }
  | { readonly room: 'queues' }
  | { readonly room: 'dead-letters' }
  | { readonly room: 'taps' };

/** Replaces the tab's rooms. `taps` and the feed's own state always come. `watch`: inboxes on the screen, sampled the fast way. */
export interface Subscription {
  readonly rooms: readonly Room[];
  readonly watch: readonly { readonly broker: string; readonly inbox: string }[];
}

export interface LiveFrame {
  readonly seq: number;
  /** Server time, ms since 1970. */
  readonly at: number;
  /** Frames were skipped for this tab (slow, hidden, or the server restarted): take a snapshot. */
  readonly resync: boolean;
  readonly feed: FeedState;
  readonly topology?: { readonly rates: TopologyRates; /** The picture changed: fetch it again. */ readonly changed: boolean };
  /** Sample rows of this tick (≤ 200) and how many more there were. */
  readonly events?: { readonly rows: readonly EventRow[]; readonly more: number };
  /** Events of the open traces that were read and are not stored yet: each comes again in `events` once it is. */
  readonly early?: readonly EventRow[];
  readonly sagas?: readonly SagaInstance[];
  readonly groups?: readonly GroupPoint[];
  readonly queues?: readonly QueuePoint[];
  readonly deadLetters?: { readonly added: number };
  readonly replay?: ReplayReport;
  readonly taps?: readonly TapCard[];
}

export interface FeedState {
  /** Age of the newest stored event when it was announced, ms; null before the first. */
  readonly behindMs: number | null;
  readonly newestAt: number | null;
  readonly collector: 'present' | 'gone';
  readonly store: 'ready' | 'down';
  /** Events per second over the last 10 s. */
  readonly rate: number;
}

export type { BatchAnnouncement };
