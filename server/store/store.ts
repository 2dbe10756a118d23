import type { BrokerName, ChannelName, EventId, InboxName, Micros, ServiceName, TapName, TraceId } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import type { Cut } from '@/lib/contract/common';
import type { DeadLetterGroup, ReplayOutcome, ReplayRecord } from '@/lib/contract/dead-letters';
import type { GroupPoint, NamedSeries, QueuePoint } from '@/lib/contract/samples';
import type { GapRow } from '@/lib/contract/taps';
import type { EventRow, FacetField, TraceSummary } from '@/lib/contract/traces';
import type { TypeForm } from '@/lib/traces/channel-habits';
import type { TracesOrder } from '@/lib/traces/traces-order';
import type { SearchNode } from '@/lib/search/query';
import type { SagaInstance, SagaState } from '@/lib/sagas/saga';
import type { TapResume } from '@/server/brokers/broker';

/**
 * The port to the store of facts. One dialect (ClickHouse over HTTP), two places: the embedded child and any server. Promises are numbered
 * in docs/spec/store.md and proved by `store.contract.ts`: [S1] a batch is stored whole or not at all; [S2] a batch appended again under its
 * (tap, number) changes nothing: not the events, not one rollup; [S3] what `append` returned for survives kill -9 of the store process;
 * [S4] every rollup equals a count over the events; [S5] a writer with an old epoch stores nothing; [S6] every read is bounded in time and
 * rows and says when it was cut; [S7] one hostile timestamp never refuses a batch; [S8] the store comes back by itself and callers may
 * simply retry what threw with `retryable`.
 * All times are µs since 1970 and mean `observedAt` unless named otherwise.
 */
export interface Store {
  readonly kind: 'embedded' | 'server';
  ready(): Promise<{ readonly ready: boolean; readonly detail: string }>;

  // --- the collector writes ---
  /** Takes the tap over: from now on only this epoch may append. */
  acquireLease(tap: TapName, owner: string): Promise<{ readonly epoch: number }>;
  /** The holder is alive: to be said every few seconds. `false`: another one has taken the tap. */
  renewLease(tap: TapName, epoch: number): Promise<boolean>;
  /** Milliseconds since the tap's holder was last heard of, by the store's clock; null when it never was. */
  leaseSilence(tap: TapName): Promise<number | null>;
  /** Where this tap stands, read after the lease was taken. Also repairs the rollups of its newest batch. */
  tapPosition(tap: TapName): Promise<TapResume>;
  append(batch: StoredBatch): Promise<void>;
  savePicture(picture: BrokerPicture): Promise<void>;
  saveSamples(groups: readonly GroupPoint[], queues: readonly QueuePoint[]): Promise<void>;
  saveSagas(instances: readonly SagaInstance[]): Promise<void>;
  /** The intent row, before anything is sent. */
  recordReplayIntent(intent: ReplayIntent): Promise<void>;
  /** The outcome row, after. */
  recordReplayOutcome(replayId: string, letter: EventId, outcome: ReplayOutcome, detail: string, at: Micros): Promise<void>;
  recordAudit(entry: AuditEntry): Promise<void>;

  // --- questions ---
  /**
   * Traces and flows of which an event meets the search, in the asked order (without one: by the newest event that was found); with the part of
   * the range that was looked at.
   */
  search(query: SearchQuery): Promise<SearchAnswer>;
  /** Found events and dead letters over time, ≤ `points` steps, zeros included. */
  searchVolume(
    query: Omit<SearchQuery, 'limit' | 'after' | 'order'>,
    points: number,
  ): Promise<readonly { readonly at: Micros; readonly events: number; readonly errors: number }[]>;
  /** Oldest first by (observedAt, place); with what a cut left out. */
  eventsOfTrace(traceId: TraceId, limit: number): Promise<{ readonly events: readonly EventRow[]; readonly cut: Cut | null }>;
  /** The most frequent values of a field among what a search finds, with how many traces and flows have each; estimated where they are many. */
  searchFacet(
    query: Omit<SearchQuery, 'limit' | 'after' | 'order'>,
    field: FacetField,
    limit: number,
  ): Promise<readonly { readonly value: string; readonly traces: number }[]>;
  /** Events that carry one of these ids in any field, oldest first; `loose`: only those without a trace id. At most 500 ids are asked for. */
  eventsCarrying(query: {
    readonly ids: readonly string[];
    readonly range: TimeRange;
    readonly limit: number;
    readonly loose?: boolean;
  }): Promise<{ readonly events: readonly EventRow[]; readonly cut: Cut | null }>;
  /** Samples of these topics' groups and these queues in the range, thinned where they are many, oldest first. */
  samplesOf(
    broker: BrokerName,
    places: { readonly topics: readonly ChannelName[]; readonly queues: readonly InboxName[] },
    range: TimeRange,
  ): Promise<{ readonly groups: readonly GroupPoint[]; readonly queues: readonly QueuePoint[] }>;
  /** One event whole, with headers and body. */
  event(id: EventId): Promise<ObservedEvent | null>;
  eventRows(ids: readonly EventId[]): Promise<readonly EventRow[]>;
  /** Any id a person pasted: trace, span, message, correlation, causation, conversation, saga, business key, Kafka key or event id. */
  findId(id: string, limit: number): Promise<readonly { readonly field: string; readonly event: EventRow }[]>;
  recentEvents(query: EventsQuery): Promise<Page<EventRow>>;
  /** Events stored since then of these types, oldest first: what the saga engine reads again after a start. */
  eventsOfTypes(types: readonly string[], since: Micros, limit: number): Promise<readonly EventRow[]>;
  /** Counts per edge in the range, from the rollups. */
  edges(range: TimeRange): Promise<readonly EdgeTotal[]>;
  edgeSeries(edge: EdgeFilter, range: TimeRange, points: number): Promise<NamedSeries>;
  /** Events and dead letters over time, from the rollups. */
  volume(
    range: TimeRange,
    points: number,
    broker?: BrokerName,
  ): Promise<readonly { readonly at: Micros; readonly events: number; readonly errors: number }[]>;
  typesOf(
    filter: EdgeFilter,
    range: TimeRange,
  ): Promise<readonly { readonly type: string; readonly count: number; readonly failed: number }[]>;
  /**
   * In which versions and with which schemas the types of these channels were published in the range, the most frequent first; at most 200 a
   * channel. Versions without a dot count the events of a stream as often: they are not told apart.
   */
  formsOf(
    channels: readonly { readonly broker: BrokerName; readonly channel: ChannelName }[],
    range: TimeRange,
  ): Promise<readonly TypeForm[]>;
  pictures(): Promise<readonly BrokerPicture[]>;
  /** Newest point of each group and queue. */
  latestSamples(): Promise<{ readonly groups: readonly GroupPoint[]; readonly queues: readonly QueuePoint[] }>;
  groupSeries(broker: BrokerName, inbox: InboxName, range: TimeRange, points: number): Promise<readonly GroupPoint[]>;
  queueSeries(broker: BrokerName, inbox: InboxName, range: TimeRange, points: number): Promise<readonly QueuePoint[]>;
  /** For every inbox at once, thinned to `points`: the rows' spark lines and verdicts. */
  allGroupSeries(range: TimeRange, points: number): Promise<ReadonlyMap<string, readonly GroupPoint[]>>;
  allQueueSeries(range: TimeRange, points: number): Promise<ReadonlyMap<string, readonly QueuePoint[]>>;
  sagas(query: {
    readonly definition?: string;
    readonly states?: readonly SagaState[];
    readonly limit: number;
  }): Promise<{ readonly instances: readonly SagaInstance[]; readonly cut: Cut | null }>;
  saga(definition: string, key: string): Promise<SagaInstance | null>;
  sagaCounts(): Promise<
    readonly {
      readonly definition: string;
      readonly state: SagaState;
      readonly count: number;
      readonly medianMs: number | null;
      readonly p95Ms: number | null;
    }[]
  >;
  deadLetterGroups(
    range: TimeRange,
    limit: number,
  ): Promise<{ readonly groups: readonly DeadLetterGroup[]; readonly total: number; readonly cut: Cut | null }>;
  /** Letters of one group (`DeadLetterGroup.id`) or all, newest first. */
  deadLetters(query: {
    readonly group?: string;
    readonly range: TimeRange;
    readonly limit: number;
    readonly after?: string;
  }): Promise<Page<EventRow>>;
  replaysOf(letters: readonly EventId[]): Promise<readonly ReplayRecord[]>;
  /** Intents without an outcome: a job was interrupted; they come back as `uncertain`. */
  openIntents(): Promise<readonly ReplayRecord[]>;
  gaps(range: TimeRange, limit: number): Promise<readonly GapRow[]>;
  names(): Promise<{
    readonly services: readonly ServiceName[];
    readonly channels: readonly { readonly broker: BrokerName; readonly channel: ChannelName }[];
  }>;
  size(): Promise<{ readonly events: number; readonly bytes: number }>;
  close(): Promise<void>;
}

export interface TimeRange {
  readonly from: Micros;
  readonly to: Micros;
}

/** Paging is by cursor (observedAt, id), so that what one reads never moves. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly next: string | null;
  readonly cut: Cut | null;
}

/** One batch of one tap: the unit of all-or-nothing. All events have the same day of `observedAt`. */
export interface StoredBatch {
  readonly tap: TapName;
  readonly broker: BrokerName;
  readonly epoch: number;
  readonly number: number;
  readonly events: readonly ObservedEvent[];
  readonly gaps: readonly GapRow[];
  /** Kafka: next offsets after this batch (also past markers and gaps). */
  readonly offsets: ReadonlyMap<ChannelName, ReadonlyMap<number, number>>;
}

export interface SearchQuery {
  readonly range: TimeRange;
  readonly limit: number;
  readonly after?: string;
  /** `null` asks for everything. */
  readonly node: SearchNode | null;
  readonly brokers?: readonly BrokerName[];
  /** By what the whole trace is, not only by what was found of it. Looks at the whole range, or at as much of its end as the budget allows. */
  readonly order?: TracesOrder;
}

export interface SearchAnswer extends Page<TraceSummary> {
  /** What was looked at whole; narrower than the range where the budget ended the search. */
  readonly searched: TimeRange;
}

export interface EventsQuery {
  readonly range: TimeRange;
  readonly limit: number;
  readonly after?: string;
  readonly broker?: BrokerName;
  readonly channel?: ChannelName;
  readonly inbox?: InboxName;
  readonly service?: ServiceName;
  /** Any of these business keys' values. */
  readonly businessKey?: string;
}

/** Publish: `source` + channel. Route: channel + inbox. Dead-letter: the inbox it died in + the channel it went to. */
export interface EdgeFilter {
  readonly broker?: BrokerName;
  readonly kind?: 'publish' | 'route' | 'dead-letter';
  readonly source?: ServiceName;
  readonly channel?: ChannelName;
  readonly inbox?: InboxName;
}

export interface EdgeTotal {
  readonly kind: 'publish' | 'route' | 'dead-letter';
  readonly broker: BrokerName;
  /** null = unknown producer. */
  readonly source: ServiceName | null;
  readonly channel: ChannelName;
  readonly inbox: InboxName | null;
  readonly count: number;
  readonly failed: number;
  readonly last: Micros;
}

export interface ReplayIntent {
  readonly replayId: string;
  readonly letter: EventId;
  readonly broker: BrokerName;
  readonly by: string;
  readonly reason: string;
  readonly target: string;
  readonly at: Micros;
}

export interface AuditEntry {
  readonly at: Micros;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
}
