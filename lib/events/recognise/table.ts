import type { ContextSystem, EventHeader } from '@/lib/events/observed-event';
import type { BrokerSystem } from '@/lib/events/names';

/**
 * Recognition is data (docs/spec/recognition.md). A `Family` is one framework or envelope: how it is noticed and where each field stands.
 * The order of the families in `families/index.ts` is the order of trust, for every field alike.
 * To add a framework: one file here with its entry, one test made of bytes, one line in the index.
 */
export interface Family {
  /** Shown as `Meaning.framework` when `framework` is true, e.g. `cloudevents-binary`. */
  readonly name: string;
  /** As a person calls it; ends the texts of `Why`. */
  readonly title: string;
  readonly framework: boolean;
  readonly detect: Detection;
  /** Field → header names in lower case, first present wins. Names are compared without case, of duplicates the last one counts. */
  readonly headers?: FieldPlaces;
  /** Field → AMQP property names. */
  readonly properties?: FieldPlaces;
  /** Field → paths into a JSON body, `a` or `a.b` (two levels at most). */
  readonly body?: FieldPlaces;
  readonly contexts?: readonly ContextPlaces[];
  readonly failure?: FailurePlaces;
}

export type Detection =
  | 'always'
  /** Any of these headers is there. */
  | { readonly headers: readonly string[] }
  /** A JSON object with all of these, one of these, and none of these at its top level. */
  | { readonly body: { readonly all: readonly string[]; readonly oneOf?: readonly string[]; readonly none?: readonly string[] } };

export const FIELDS = [
  'type',
  'version',
  'source',
  'messageId',
  'correlationId',
  'causationId',
  'conversationId',
  'sagaId',
  'replyTo',
  'attempt',
  /** 0 at the first try: read when no `attempt` was said, and one is added. */
  'retries',
  'publishedAt',
  'aggregateType',
  'aggregateId',
  'contentType',
  'contentEncoding',
  'replayId',
  'replayOf',
] as const;
export type Field = (typeof FIELDS)[number];
export type FieldPlaces = Readonly<Partial<Record<Field, readonly string[]>>>;

/** One trace context: which headers (or body paths) it is made of, and how their texts are read. */
export interface ContextPlaces {
  readonly system: ContextSystem;
  readonly origin?: boolean;
  readonly in: 'headers' | 'body';
  /** The first is the one that says the context is there (any of `anyOf` when that is given). */
  readonly from: readonly string[];
  readonly anyOf?: readonly string[];
  /** Gets the texts in the order of `from`, `null` where absent; `null` = a decision without ids; `malformed` is marked, never thrown. */
  readonly read: (texts: readonly (string | null)[]) => ReadContext | null | 'malformed';
}

export interface ReadContext {
  readonly traceId: string;
  readonly spanId: string | null;
  readonly parentSpanId: string | null;
  readonly sampled: boolean | null;
}

/** Where a dead letter says what happened to it. Each place: the first header that is there. */
export interface FailurePlaces {
  readonly detect: readonly string[];
  readonly systems?: readonly BrokerSystem[];
  /** On a Kafka topic these headers alone make it a dead-letter topic (retry topics carry others). */
  readonly marksDeadLetter: boolean;
  readonly cause?: readonly string[];
  readonly message?: readonly string[];
  readonly stack?: readonly string[];
  readonly reason?: readonly string[];
  readonly count?: readonly string[];
  readonly group?: readonly string[];
  /** The group's name is this followed by what `group` says. */
  readonly groupPrefix?: string;
  readonly channel?: readonly string[];
  readonly partition?: readonly string[];
  readonly offset?: readonly string[];
  readonly routingKey?: readonly string[];
  /** Numbers of this framework are big-endian bytes rather than digits. */
  readonly bigEndian?: boolean;
  /** For what a list of names can't say (`x-death` is an array of tables). */
  readonly read?: (headers: readonly EventHeader[]) => FoundFailure | null;
}

export interface FoundFailure {
  readonly cause: string | null;
  readonly message: string | null;
  readonly stack: string | null;
  readonly reason: string | null;
  readonly count: number | null;
  readonly consumer: string | null;
  readonly first: FoundOrigin;
  readonly last: FoundOrigin;
}

export interface FoundOrigin {
  readonly channel: string | null;
  readonly inbox: string | null;
  readonly partition: number | null;
  readonly offset: number | null;
  readonly routingKey: string | null;
}
