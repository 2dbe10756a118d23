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
  /** Field → paths into a JSON body: `a`, `a.b`, `a.0.b` for a list's first. */
  readonly body?: FieldPlaces;
  /** Field → the record's own key, or the name of its channel. */
  readonly record?: Readonly<Partial<Record<Field, 'key' | 'channel'>>>;
  /** A user's own: field → the text it always has. */
  readonly constant?: Readonly<Partial<Record<Field, string>>>;
  /** What a field's text becomes, e.g. `urn:message:Shop:Placed` → `Shop:Placed`; `null` = it says nothing. */
  readonly clean?: Readonly<Partial<Record<Field, (text: string) => string | null>>>;
  /** Headers (lower case) whose bytes are no text: a big-endian whole number (or digits), or 16 bytes of a UUID. */
  readonly binary?: Readonly<Record<string, 'int' | 'uuid'>>;
  /** Members of the body whose `<name>Id` are business keys, before the envelope's own; `data` and `payload` are always looked into. */
  readonly keysIn?: readonly string[];
  /** A user's own: business key → where it stands. */
  readonly keys?: readonly KeyPlace[];
  readonly contexts?: readonly ContextPlaces[];
  readonly failure?: FailurePlaces;
}

export interface KeyPlace {
  readonly name: string;
  readonly header?: string;
  readonly property?: string;
  readonly path?: string;
  readonly record?: 'key' | 'channel';
  readonly value?: string;
}

export type Detection = 'always' | Conditions;

/** All that are given must hold. */
export interface Conditions {
  /** Any of these headers is there (lower case). */
  readonly headers?: readonly string[];
  readonly allHeaders?: readonly string[];
  readonly noHeaders?: readonly string[];
  /** A JSON object with all of these, one of these, and none of these: `a`, or `a.b` in `all`. */
  readonly body?: { readonly all?: readonly string[]; readonly oneOf?: readonly string[]; readonly none?: readonly string[] };
  /** Pattern of the channel's name, with `*` and `?`. */
  readonly channel?: string;
  /** Confluent wire format: a magic byte and the id of a schema. */
  readonly schema?: true;
  /** What stands somewhere, not only that it is there. */
  readonly value?: readonly ValueCondition[];
}

export interface ValueCondition {
  readonly at: { readonly header: string } | { readonly property: string } | { readonly path: string } | 'content-type';
  readonly holds: (text: string) => boolean;
  /** A cheap look at a header before its text is made: `false` when the condition can't hold. */
  readonly may?: (header: EventHeader | undefined) => boolean;
}

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
  /** The first is the one that says the context is there. */
  readonly from: readonly string[];
  /** Gets the texts in the order of `from`, `null` where absent; `null` = a decision without ids; `malformed` is marked, never thrown. */
  readonly read: (texts: readonly (string | null)[]) => ReadContext | null | 'malformed';
  /** Where the first header may be bytes instead of text. */
  readonly readBytes?: (bytes: Uint8Array) => ReadContext | null | 'malformed';
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
  /** Where the body says it (job systems); read when the family itself was noticed. */
  readonly inBody?: Readonly<Partial<Record<BodyFailurePlace, readonly string[]>>> & { readonly message: readonly string[] };
  /** What a place's text becomes, e.g. the last part of an address. */
  readonly clean?: Readonly<Partial<Record<BodyFailurePlace, (text: string) => string | null>>>;
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

/** Paths: the first that has a text. */
export type BodyFailurePlace = 'cause' | 'message' | 'stack' | 'channel' | 'group' | 'routingKey';

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
