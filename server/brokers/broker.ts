import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import type { BrokerName, BrokerSystem, ChannelName, InboxName, Micros, TapName } from '@/lib/events/names';
import type { BrokerPicture } from '@/lib/topology/broker-picture';

/**
 * The port to one broker (one Kafka cluster, one RabbitMQ vhost, or the in-process broker in one of both roles).
 * It is what we need, not what a client library offers. `broker.contract.ts` holds its numbered promises (docs/spec/brokers.md);
 * what an adapter can't keep it lists in `exceptions` with the reason, and the suite checks that list.
 *
 * Errors: everything thrown is an `AppError` with one of the codes of `BrokerErrorCode` (lib/errors.ts).
 */
export interface Broker {
  readonly name: BrokerName;
  readonly system: BrokerSystem;
  readonly inProcess: boolean;
  /** Promises of the contract this adapter can't keep, by id, with the reason in words. What depends on the broker's version is known after `describe`. */
  readonly exceptions: readonly BrokerException[];

  /** The broker's own account of itself: channels, inboxes, bindings, groups, members, dead-letter wiring. */
  describe(): Promise<BrokerPicture>;
  /** Begins to listen. Resolves when the tap listens (or is retrying in the background: see `Tap.state`). */
  openTap(options: TapOptions): Promise<Tap>;
  /** Measured numbers of this moment. `watched` inboxes are read by the fast way (passive declare, group every second). */
  sample(request: SampleRequest): Promise<BrokerSamples>;
  /** Publishes one by one, in order, each confirmed (mandatory + confirm; acks=all). The only write to a broker in the product. */
  publish(message: OutgoingMessage): Promise<PublishOutcome>;
  /**
   * Takes exactly one letter out of an inbox after `publish` has confirmed: consumes, matches, holds the others unacknowledged and gives
   * them back by closing the channel. Kafka: always `{ taken: false, why: 'nothing-can-be-taken' }`.
   */
  takeLetter(request: TakeLetterRequest): Promise<TakeLetterOutcome>;
  close(): Promise<void>;
}

export interface BrokerException {
  readonly promise: string;
  readonly reason: string;
}

export interface TapOptions {
  readonly tap: TapName;
  /** Fencing number of the store's lease; part of what the tap writes into its own position. */
  readonly epoch: number;
  /** Channels to read: `*` and `?` patterns over the channel's name. Internal ones stay excluded unless named exactly. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Where the store says we stand. */
  readonly resume: TapResume;
  /**
   * Asked when several collectors share a source (Kafka with a group) and partitions are given to this one: another may have stored further
   * than it could say to the broker. Without it `resume` counts.
   */
  readonly resumeAgain?: () => Promise<TapResume>;
  /** Bodies are cut at this many bytes (the true size is kept). */
  readonly maxBodyBytes: number;
  /** Read but not yet taken by `next()`: beyond this the tap pauses its source. */
  readonly maxBufferedBytes: number;
  /** For the first start, when the store knows nothing: read from the beginning (tests, demo) or from now. */
  readonly startAt: 'beginning' | 'now';
  /** How often new channels and bindings are looked for; 30 s or less. */
  readonly discoverEveryMs: number;
}

/** What the store knows of a tap. Kafka uses `offsets`, RabbitMQ `batch` and `batchSize`. */
export interface TapResume {
  /** Newest stored batch, 0 when there is none. */
  readonly batch: number;
  /** How many records that batch had. */
  readonly batchSize: number;
  /** Next offset to read, `topic → partition → offset`: max(stored offset + 1, checkpoint). */
  readonly offsets: ReadonlyMap<ChannelName, ReadonlyMap<number, number>>;
}

/**
 * A pull reader. The order of calls is `next`, (store it), `settle`, and so on; `next` of batch n+1 may be called before `settle` of n,
 * to decode ahead, but batches are stored and settled strictly in order.
 */
export interface Tap {
  /** Waits until there is at least one record or gap, then gives all that is buffered, within `limit`. `null` when closed. */
  next(limit: { readonly records: number; readonly bytes: number }): Promise<TapBatch | null>;
  /**
   * Adds what came since to the newest batch, in place, before it is stored: its number stays, and so does what it held, where it stood.
   * `limit` is what may be added. False when nothing came, or when the batch is not the newest of this generation.
   */
  more(batch: TapBatch, limit: { readonly records: number; readonly bytes: number }): boolean;
  /** The batch is stored: acknowledge it and make our position durable at the broker. Throws `lost` when the connection went meanwhile: the tap then starts over from `resume()`. */
  settle(batch: TapBatch): Promise<void>;
  state(): TapState;
  onState(listener: (state: TapState) => void): void;
  close(): Promise<void>;
}

export interface TapBatch {
  /** Numbered from `resume.batch + 1`; a number is used once. */
  readonly number: number;
  /** Connection generation of the tap: a batch of an older generation that was not stored yet must be dropped (it will come again). */
  readonly generation: number;
  readonly records: readonly RawRecord[];
  readonly gaps: readonly TapGap[];
  /** Kafka: next offset per topic and partition after this batch, also past what is no event (markers, gaps). */
  readonly offsets: ReadonlyMap<ChannelName, ReadonlyMap<number, number>>;
}

/** Something we did not see, with place, reason and, where the broker's counters allow it, how many. */
export interface TapGap {
  readonly channel: ChannelName | null;
  readonly partition: number | null;
  readonly fromOffset: number | null;
  readonly toOffset: number | null;
  /** `null` = count unknown. */
  readonly count: number | null;
  readonly reason: 'undecodable' | 'codec' | 'dropped-by-cap' | 'lost-to-retention' | 'broker-crash' | 'uncertain' | 'too-large';
  readonly detail: string;
  readonly at: Micros;
}

export interface TapState {
  readonly status: 'starting' | 'live' | 'paused' | 'retrying' | 'failed' | 'closed';
  /** What is wrong, in words, and what to do about it; null when live. */
  readonly problem: { readonly code: string; readonly text: string; readonly cure: string; readonly command: string | null } | null;
  /** Milliseconds since 1970 of the last change of `status`. */
  readonly since: number;
  /** When the next try is due (ms since 1970), while retrying. */
  readonly nextTryAt: number | null;
  readonly channels: readonly ChannelName[];
  /** What this tap cannot see, or changes a little, each with the reason (design.md §4.6). */
  readonly notes: readonly TapNote[];
}

export interface TapNote {
  readonly kind: 'not-readable' | 'delay' | 'effect' | 'permission' | 'uncertain';
  readonly subject: string;
  readonly text: string;
}

export interface SampleRequest {
  /** Somebody looks at these now: sample them by the fast way. */
  readonly watched: ReadonlySet<InboxName>;
}

export interface BrokerSamples {
  readonly at: Micros;
  readonly groups: readonly GroupSample[];
  readonly queues: readonly QueueSample[];
  /** Messages per second into a channel by the broker's own counters, where it has them (RabbitMQ; includes what can't be read). */
  readonly channels: readonly {
    readonly channel: ChannelName;
    readonly publishedTotal: number | null;
    readonly endOffset: number | null;
  }[];
}

/** One group on one topic, with its partitions. */
export interface GroupSample {
  readonly inbox: InboxName;
  readonly topic: ChannelName;
  readonly group: string;
  /** `stable`, `empty`, `rebalancing`, `unknown`; never "dead" for a listed group. */
  readonly state: string;
  readonly protocol: 'classic' | 'consumer' | 'share' | 'unknown';
  readonly members: number | null;
  readonly partitions: readonly PartitionSample[];
}

/** Offsets; `null` = not known or never committed. lag = max(0, end − max(committed, logStart)), committed read before end. */
export interface PartitionSample {
  readonly partition: number;
  readonly committed: number | null;
  readonly logStart: number | null;
  readonly highWatermark: number | null;
  readonly lastStable: number | null;
}

export interface QueueSample {
  readonly inbox: InboxName;
  readonly ready: number | null;
  readonly unacked: number | null;
  readonly consumers: number | null;
  /** Counters since the broker's start, `null` where statistics are off. */
  readonly published: number | null;
  readonly delivered: number | null;
  readonly acked: number | null;
  readonly redelivered: number | null;
  /** ms since 1970 of the numbers themselves (the management API is up to 10 s old). */
  readonly measuredAt: number;
  readonly by: 'passive-declare' | 'management' | 'prometheus' | 'engine';
}

export interface OutgoingMessage {
  /** `queue`: straight to a queue through the default exchange. `channel`: to a topic or exchange. */
  readonly to:
    | { readonly kind: 'queue'; readonly queue: InboxName }
    | { readonly kind: 'channel'; readonly channel: ChannelName; readonly routingKey: string | null; readonly partition: number | null };
  readonly key: Uint8Array | null;
  /** In order, with wire types, as in `ObservedEvent.headers` (properties among them). */
  readonly headers: readonly EventHeader[];
  readonly body: Uint8Array | null;
}

export type PublishOutcome =
  | { readonly confirmed: true; readonly partition: number | null; readonly offset: number | null }
  | {
      readonly confirmed: false;
      readonly why: 'returned' | 'refused' | 'not-allowed' | 'unreachable' | 'too-large';
      readonly detail: string;
    }
  /** The connection went between sending and the confirm: it may or may not have arrived. Never repeated silently. */
  | { readonly confirmed: 'unknown'; readonly detail: string };

export interface TakeLetterRequest {
  readonly inbox: InboxName;
  /** The letter as it was observed: headers (properties, `x-death`) and body are compared byte by byte. */
  readonly headers: readonly EventHeader[];
  readonly body: Uint8Array | null;
  /** Give up beyond this many messages ahead of it. */
  readonly maxDepth: number;
}

export type TakeLetterOutcome =
  | { readonly taken: true }
  | {
      readonly taken: false;
      readonly why: 'nothing-can-be-taken' | 'not-found' | 'too-deep' | 'delivery-limit-near' | 'not-allowed' | 'unreachable';
      readonly detail: string;
    };
