import type { ExchangeName, Format, TopicName } from './channels';
import { EXCHANGES, TOPICS } from './channels';
import { QUEUES, type QueueName } from './queues';

/** at-most-once: acknowledged before the work. effectively-once: at least once with an idempotent consumer. exactly-once: Kafka transactions. */
export type Guarantee = 'at-most-once' | 'at-least-once' | 'effectively-once' | 'exactly-once';

/**
 * What becomes of a message whose handler failed.
 * `ladder` (RabbitMQ): through the retry queues, then republished to the dead letters. `requeue` (RabbitMQ): back to the queue until its delivery
 * limit. `in-place` (Kafka): again after a wait, the partition waits too, then `<topic>-<group>-dlt`. `retry-topics` (Kafka): through
 * `<topic>-<group>-retry-n`, the partition goes on. `connect-dlq` (Kafka): at once to `reporting-dlq`, as a sink connector does.
 * `stop`: the consumer stops and alerts; others go on.
 */
export type ErrorHandler = 'ladder' | 'requeue' | 'in-place' | 'retry-topics' | 'connect-dlq' | 'stop';

/** Members of a group or consumers of a queue; a range grows while the lag is above `lag` and shrinks when it is gone. */
export type Concurrency = number | { readonly min: number; readonly max: number; readonly lag: number };

/** One consumer of one service, as data: what it reads, how it tries, what it promises. */
export interface Binding {
  readonly name: string;
  readonly broker: 'rabbitmq' | 'kafka';
  readonly channel: ExchangeName | TopicName;
  /** Queue, or consumer group. */
  readonly inbox: string;
  /** Under this name an idempotent consumer remembers: who reads the same facts by two ways gives both bindings one name. */
  readonly consumer: string;
  /** Event types with a handler; another type is acknowledged and counted. */
  readonly handles: readonly string[];
  readonly serialiser: Format;
  readonly guarantee: Guarantee;
  readonly errorHandler: ErrorHandler;
  /** Milliseconds to wait before each further attempt, before the time factor. */
  readonly ladder: readonly number[];
  readonly concurrency: Concurrency;
  /** Highest major version understood, where it is not the newest one. */
  readonly highestMajor?: number;
  /** RabbitMQ: messages under way at a time. */
  readonly prefetch: number;
  /** Kafka. */
  readonly start: 'earliest' | 'latest';
  readonly autoCommit: boolean;
  readonly recordsPerPoll: number;
  readonly isolation: 'read_committed' | 'read_uncommitted';
  /** Work on many at a time: when so many are there, or the first has waited so long. */
  readonly batch?: { readonly size: number; readonly waitMs: number };
}

type More = Partial<Omit<Binding, 'broker' | 'channel' | 'inbox' | 'handles'>>;

/** A consumer of one of the declared queues. */
export function fromQueue(inbox: QueueName, handles: readonly string[], more: More = {}): Binding {
  const { exchange, prefetch, noAck = false } = QUEUES[inbox] as (typeof QUEUES)[QueueName] & { readonly noAck?: boolean };
  return {
    name: inbox,
    broker: 'rabbitmq',
    channel: exchange,
    inbox,
    consumer: inbox,
    handles,
    serialiser: EXCHANGES[exchange].format,
    guarantee: noAck ? 'at-most-once' : 'at-least-once',
    errorHandler: inbox === 'payment-commands' ? 'requeue' : 'ladder',
    ladder: inbox === 'order-service-queue' ? [2_000, 4_000, 6_000] : [1_000, 2_000, 4_000],
    concurrency: 1,
    prefetch,
    start: 'earliest',
    autoCommit: false,
    recordsPerPoll: prefetch,
    isolation: 'read_uncommitted',
    ...more,
  };
}

/** A group on a topic: commits after the effect, from the beginning, unless it says otherwise. */
export function fromTopic(channel: TopicName, group: string, handles: readonly string[], more: More = {}): Binding {
  return {
    name: `${group}:${channel}`,
    broker: 'kafka',
    channel,
    inbox: group,
    consumer: group,
    handles,
    serialiser: TOPICS[channel].format,
    guarantee: 'at-least-once',
    errorHandler: 'in-place',
    ladder: [1_000, 2_000, 4_000],
    concurrency: 1,
    prefetch: 1,
    start: 'earliest',
    autoCommit: false,
    recordsPerPoll: 100,
    isolation: 'read_committed',
    ...more,
  };
}
