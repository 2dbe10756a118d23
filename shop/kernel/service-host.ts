import type { TopicOffset, Transports } from '../transport/port';
import type { Binding } from './bindings';
import type { Destination } from './channels';
import type { Converters, IncomingEvent, OutgoingEvent } from './events';
import type { HostConfig, HostLog, HostMetrics } from './host-needs';
import type { Publisher } from './publisher';

/**
 * Which events a consumer has worked on: processing (with a lease), completed, failed. The effect and `completed` belong into one transaction:
 * the handler calls `context.complete(tx)` inside its own; where it does not, the chain completes after it.
 */
export interface Idempotency {
  /** `busy`: another instance has the lease; that counts as a failure and is tried again. */
  begin(consumer: string, eventId: string): Promise<'mine' | 'completed' | 'busy'>;
  complete(consumer: string, eventId: string, tx?: unknown): Promise<void> | void;
  fail(consumer: string, eventId: string): Promise<void> | void;
}

/** One row a dead letter, with its cause. Without it only the log tells. */
export interface DeadLetterStore {
  add(letter: DeadLetter): Promise<void> | void;
}

export interface DeadLetter {
  readonly consumer: string;
  readonly eventId: string;
  readonly type: string;
  readonly cause: string;
  readonly detail: string;
  readonly attempts: number;
  readonly at: number;
}

export interface HandlerContext {
  /** The first is 1. */
  readonly attempt: number;
  /** Ends after 30 s, and when the service crashes. */
  readonly signal: AbortSignal;
  /** Marks the event as completed within the handler's own transaction; without one it is done after the handler. */
  complete(tx: unknown): void;
}

export type Handler = (event: IncomingEvent, context: HandlerContext) => Promise<void>;
/** By event type; `*` takes every type that has none of its own. */
export type Handlers = Readonly<Record<string, Handler>>;
/**
 * Many at a time, one flush after the other: what resolves is committed, what rejects is given again. With the guarantee `exactly-once` the
 * handler itself moves the group by `publisher.publishTogether(id, events, position)`.
 */
export type BatchHandler = (events: readonly IncomingEvent[], context: BatchContext) => Promise<void>;

export interface BatchContext {
  /** Flushes of this subscriber, from 1. */
  readonly flush: number;
  readonly position: { readonly group: string; readonly offsets: readonly TopicOffset[] };
  readonly signal: AbortSignal;
}

export interface Subscriber {
  readonly binding: Binding;
  /** Consumers or group members at this moment. */
  members(): number;
  /** Takes no more until `resume`; what was begun is finished. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Cancels, lets what was begun finish for at most 10 s. */
  stop(): Promise<void>;
}

export interface Requester {
  /** Sends with this instance's reply queue and waits for the answer. @throws RequestTimeout, NotConnected; a later answer is counted and thrown away */
  request(event: OutgoingEvent, to: Destination, timeoutMs?: number): Promise<IncomingEvent>;
  /** Answers to `event.replyTo`. Does nothing when nobody waits. */
  reply(to: IncomingEvent, answer: Omit<OutgoingEvent, 'channels'>): Promise<void>;
}

export interface ServiceParts<
  Database = unknown,
  Faults = unknown,
  Config extends HostConfig = HostConfig,
  Fetch = unknown,
> extends Requester {
  readonly service: string;
  readonly instance: number;
  readonly config: Config;
  readonly database: Database;
  readonly publisher: Publisher;
  readonly converters: Converters;
  readonly transports: Transports;
  readonly log: HostLog;
  readonly metrics: HostMetrics;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly faults: Faults;
  readonly fetch: Fetch;
  /** Ends when the service stops or crashes. */
  readonly signal: AbortSignal;
  consume(binding: Binding, handlers: Handlers): Promise<Subscriber>;
  /** For a binding with `batch`. */
  consumeBatches(binding: Binding, handler: BatchHandler): Promise<Subscriber>;
  /** This connection's own queue on a fanout or direct exchange: exclusive, non-durable, gone with the connection. */
  listen(
    exchange: Destination & { readonly broker: 'rabbitmq' },
    onMessage: (event: IncomingEvent) => void,
  ): Promise<{ stop(): Promise<void> }>;
}

export interface RunningService {
  /** Intake first, then what was begun (at most 10 s), then the connections. */
  stop(): Promise<void>;
  /** Destroys connections and memory without drain, as kill -9 would. */
  crash(): void;
}

export type StartService<Parts extends ServiceParts = ServiceParts> = (parts: Parts) => Promise<RunningService>;
