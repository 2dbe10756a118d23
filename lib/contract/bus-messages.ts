import type { BrokerName, ChannelName, EventId, InboxName, Micros, ServiceName, TapName, TraceId } from '@/lib/events/names';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import type { SagaInstance } from '@/lib/sagas/saga';
import type { EventRow } from './traces';
import type { TapCard } from './taps';
import type { GroupPoint, QueuePoint } from './samples';
import type { DemoView } from './demo';
import type { ReplayPreview, ReplayReport } from './dead-letters';

/** What the collector announces. Everything but `read` is announced after it was stored, so it is there on the next look. */
export interface Announcements {
  /** One stored batch: at most 200 rows and those of followed traces, the rest counted; counts per edge are of the whole batch. */
  batch: BatchAnnouncement;
  /** Events of followed traces that were just read and are on their way to the store; a batch that has them follows. */
  read: { readonly tap: TapName; readonly rows: readonly EventRow[] };
  picture: BrokerPicture;
  /** Newest numbers of groups and queues. */
  samples: {
    readonly broker: BrokerName;
    readonly at: Micros;
    readonly groups: readonly GroupPoint[];
    readonly queues: readonly QueuePoint[];
  };
  sagas: { readonly changed: readonly SagaInstance[] };
  taps: { readonly taps: readonly TapCard[] };
  replay: ReplayReport;
}

export interface BatchAnnouncement {
  readonly tap: TapName;
  readonly batch: number;
  readonly broker: BrokerName;
  /** When the store had it, µs. */
  readonly storedAt: Micros;
  readonly events: number;
  readonly rows: readonly EventRow[];
  /** Traces that were followed, when every event of the batch that is of one of them has its row. */
  readonly followed: readonly TraceId[];
  /** Publish counts of this batch, per service → channel and per channel → inbox (see EdgeKey in lib/topology/edges.ts). */
  readonly edges: readonly EdgeCount[];
  /** Dead letters in this batch. */
  readonly deadLetters: number;
}

export interface EdgeCount {
  readonly kind: 'publish' | 'route' | 'dead-letter';
  readonly source: ServiceName | null;
  readonly channel: ChannelName;
  readonly inbox: InboxName | null;
  readonly count: number;
  readonly failed: number;
}

/** Commands of the web half to the collector, with their answers. */
export interface Commands {
  /** Somebody looks at these inboxes: sample them fast for the next 15 s. */
  watch: {
    readonly request: { readonly broker: BrokerName; readonly inboxes: readonly InboxName[] };
    readonly answer: { readonly ok: true };
  };
  /** Somebody looks at these traces (all that are looked at): tell their events as soon as they are read, for the next 15 s. */
  follow: { readonly request: { readonly traceIds: readonly TraceId[] }; readonly answer: { readonly ok: true } };
  'tap-cards': { readonly request: Record<string, never>; readonly answer: { readonly taps: readonly TapCard[] } };
  'retry-tap': { readonly request: { readonly tap: TapName }; readonly answer: { readonly ok: boolean } };
  'preview-replay': {
    readonly request: { readonly letters: readonly EventId[]; readonly way?: 'inbox' | 'channel' };
    readonly answer: ReplayPreview;
  };
  replay: {
    readonly request: {
      readonly letters: readonly EventId[];
      readonly way?: 'inbox' | 'channel';
      readonly reason: string;
      readonly by: string;
    };
    readonly answer: ReplayReport;
  };
  readiness: {
    readonly request: Record<string, never>;
    readonly answer: { readonly parts: readonly { readonly name: string; readonly ready: boolean; readonly detail: string }[] };
  };
  metrics: { readonly request: Record<string, never>; readonly answer: { readonly text: string } };
  /** Only in the demo: the shop's control strip. */
  'demo-scenario': {
    /** Empty: only tell what plays. An unknown name changes nothing. */
    readonly request: { readonly scenario: string };
    readonly answer: DemoView;
  };
}

export type { TraceId };
