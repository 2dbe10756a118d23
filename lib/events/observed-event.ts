import type { BrokerName, BrokerSystem, ChannelName, EventId, Evidence, InboxName, Micros, ServiceName, TapName, TraceId } from './names';

/**
 * One header as it was on the wire. Order, duplicates and types survive.
 * `wire`: `kafka` (plain bytes), `property` (an AMQP basic property, name as in the protocol: `message-id`, `correlation-id`,
 * `content-type`, `content-encoding`, `delivery-mode`, `priority`, `reply-to`, `expiration`, `timestamp`, `type`, `user-id`, `app-id`,
 * value as text), or one AMQP field type letter (`S` long string, `l` int64, `L` int64 of other brokers, `t` bool, `F` table …) whose
 * value bytes are the raw field value, exactly as the broker sent them. `null` is Kafka's null header value or AMQP's void.
 */
export interface EventHeader {
  readonly name: string;
  readonly wire: string;
  readonly value: Uint8Array | null;
}

/** An inbox that got (or should have got) the event, and how we know. */
export interface RoutedInbox {
  readonly inbox: InboxName;
  readonly evidence: Evidence;
}

/** What a tap hands over: the bytes and the place of one record, before anything is understood. */
export interface RawRecord {
  readonly channel: ChannelName;
  /** Kafka only. */
  readonly partition: number | null;
  /** Kafka only; below 2^53. */
  readonly offset: number | null;
  /** RabbitMQ only; raw bytes shown as text, not-UTF-8 bytes as latin1. */
  readonly routingKey: string | null;
  readonly key: Uint8Array | null;
  readonly headers: readonly EventHeader[];
  /** `null` is a tombstone, not an empty body. Cut at the tap's body limit; `bodySize` is the true size in bytes. */
  readonly body: Uint8Array | null;
  readonly bodySize: number;
  readonly publishedAt: Micros | null;
  readonly publishedAtBy: ClockOwner | null;
  readonly observedAt: Micros;
  /** Known per record on RabbitMQ (bindings at that moment); empty where only the channel's groups are known. */
  readonly inboxes: readonly RoutedInbox[];
}

export type ClockOwner = 'broker' | 'producer' | 'body';

export type ContextSystem = 'w3c' | 'b3' | 'jaeger' | 'datadog' | 'xray' | 'sentry' | 'ids';

/** One trace context that was found. `origin` = where the event was first made (CloudEvents' `traceparent` extension), not this hop. */
export interface TraceContext {
  readonly system: ContextSystem;
  readonly traceId: TraceId;
  readonly spanId: string | null;
  readonly parentSpanId: string | null;
  readonly sampled: boolean | null;
  readonly origin: boolean;
  /** The header it came from. */
  readonly from: string;
}

export interface BusinessKey {
  /** Aggregate type, e.g. `order`. */
  readonly name: string;
  readonly value: string;
}

/** Why a field has its value: `{ field: 'traceId', from: 'header traceparent (W3C)' }`. */
export interface Why {
  readonly field: string;
  readonly from: string;
}

/** Where a dead letter came from and why it died. */
export interface Failure {
  /** Class of the error or the broker's reason: `CarrierTimeout`, `rejected`, `expired`, `maxlen`, `delivery_limit`. */
  readonly cause: string;
  readonly message: string | null;
  readonly stack: string | null;
  /** The broker's or framework's reason, if it says one. */
  readonly reason: string | null;
  readonly count: number | null;
  readonly consumer: ServiceName | null;
  readonly firstOrigin: FailureOrigin;
  readonly lastOrigin: FailureOrigin;
}

export interface FailureOrigin {
  readonly channel: ChannelName | null;
  readonly inbox: InboxName | null;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly routingKey: string | null;
}

/** What recognition found out of the bytes. Every `null` is "not said", never a guess. */
export interface Meaning {
  readonly type: string | null;
  readonly version: string | null;
  readonly source: ServiceName | null;
  /** How the source is known: `seen` = said by the message, `inferred` = a client or connection name. */
  readonly sourceEvidence: Evidence | null;
  readonly messageId: string | null;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly conversationId: string | null;
  readonly sagaId: string | null;
  readonly replyTo: string | null;
  readonly attempt: number | null;
  readonly businessKeys: readonly BusinessKey[];
  /** Envelope or framework that was recognised, e.g. `cloudevents-binary`. */
  readonly framework: string | null;
  readonly why: readonly Why[];
  readonly traceId: TraceId | null;
  readonly spanId: string | null;
  readonly parentSpanId: string | null;
  readonly contexts: readonly TraceContext[];
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly schemaId: number | null;
  /** Why the body could not be read, if it could not. The bytes are kept all the same. */
  readonly bodyProblem: string | null;
  readonly failure: Failure | null;
  /** Set when this is one of our own replays: the replay's id and the dead letter's event id. */
  readonly replayId: string | null;
  readonly replayOf: EventId | null;
}

/** The only event shape of the product: where it was, when, what it says, and the bytes. */
export interface ObservedEvent extends RawRecord, Meaning {
  readonly id: EventId;
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  /** Position in our own reading (exactness.md): the same record read again has the same place. */
  readonly tap: TapName;
  readonly epoch: number;
  readonly batch: number;
  readonly index: number;
  /** Seen on a dead-letter channel. */
  readonly deadLetter: boolean;
}
