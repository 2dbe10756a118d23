import type { Message } from '../transport/port';
import type { Destination, Format } from './channels';

export type Data = Readonly<Record<string, unknown>>;

/** The saga step that a command or its answer belongs to. */
export interface SagaStep {
  readonly id: string;
  readonly type: string;
  readonly step: string;
  readonly attempt: number;
}

interface EventBase {
  /** UUID v5 of aggregate, version and type (`eventId`): a republish keeps it. */
  readonly id: string;
  /** `order.placed`; commands are imperative: `payment.charge`. */
  readonly type: string;
  /** SemVer of the schema; `1.0` is `1.0.0`. */
  readonly version: string;
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly data: Data;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly saga?: SagaStep;
}

/** What a service says. Plain data, so that an outbox can keep it as JSON. */
export interface OutgoingEvent extends EventBase {
  /** Order, account or user: keeps what belongs together in order. */
  readonly key: string;
  readonly channels: readonly Destination[];
  /** Records of one transaction id and one batch are seen together or not at all. */
  readonly transaction?: { readonly id: string; readonly batch: string };
  readonly replyTo?: string;
}

/** What a service reads. */
export interface IncomingEvent extends EventBase {
  readonly key: string;
  /** Failed attempts so far. */
  readonly retryCount: number;
  readonly replyTo: string | null;
  readonly message: Message;
}

export interface Encoded {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly contentEncoding?: string;
  /** What the serialiser says about itself (`compressed`, `original-size`). */
  readonly headers?: Message['headers'];
  /** The id stands in the body, where readers look for it; a log's record then carries none in its headers. */
  readonly idInBody?: boolean;
}

/** What a body says; what it leaves open comes from the headers. */
export interface Decoded {
  readonly data: Data;
  readonly id?: string;
  readonly type?: string;
  readonly version?: string;
  readonly source?: string;
  readonly at?: number;
}

/** A serialiser together with its envelope. */
export interface Converter {
  encode(event: OutgoingEvent): Promise<Encoded>;
  /** @throws Poison when no further attempt can make it right */
  decode(message: Message): Promise<Decoded>;
}

export type Converters = (format: Format) => Converter;

/** A message that can never succeed: it goes to the dead letters at once. `cause`: `Undecodable`, `InvalidEnvelope`, `UnknownSchema`, … */
export class Poison extends Error {
  constructor(cause: string, message: string) {
    super(message);
    this.name = cause;
  }
}
