/**
 * What a line of the search means. Every condition is about one event; a trace is found when one of its events meets the whole. Traces as such
 * are asked for by `has(…)` (another event of the same trace) and by the fields `events`, `errors` and `duration`. Grammar: docs/search.md.
 */
export type SearchNode = SearchGroup | SearchNot | SearchHas | SearchTerm;

export interface SearchGroup {
  readonly kind: 'and' | 'or';
  readonly parts: readonly SearchNode[];
}

export interface SearchNot {
  readonly kind: 'not';
  readonly part: SearchNode;
}

/** An event of the same trace, not necessarily this one. */
export interface SearchHas {
  readonly kind: 'has';
  readonly part: SearchNode;
}

export type Operator = '=' | '!=' | '~' | '>' | '>=' | '<' | '<=';

export interface SearchTerm {
  readonly kind: 'term';
  readonly field: FieldName;
  /** The name behind the dot: of a header, of a business key; the path of a body field, dotted. `null` without one. */
  readonly name: string | null;
  readonly op: Operator;
  /** As written, without quotes. */
  readonly value: string;
  /** Of `number` and `duration` fields, durations in µs. */
  readonly number: number | null;
  /** `*` in it stands for any text. A quoted `*` does not. */
  readonly wild: boolean;
}

export type FieldKind = 'id' | 'name' | 'choice' | 'number' | 'duration' | 'named' | 'text';

export type FieldName =
  | 'any'
  | 'text'
  | 'trace'
  | 'span'
  | 'message'
  | 'correlation'
  | 'causation'
  | 'conversation'
  | 'saga'
  | 'replay'
  | 'key'
  | 'service'
  | 'channel'
  | 'inbox'
  | 'type'
  | 'version'
  | 'broker'
  | 'status'
  | 'cause'
  | 'attempt'
  | 'size'
  | 'events'
  | 'errors'
  | 'duration'
  | 'h'
  | 'b';

export interface FieldInfo {
  readonly name: FieldName;
  readonly aliases: readonly string[];
  readonly kind: FieldKind;
  /** One line for the completion. */
  readonly says: string;
  /** What a `choice` field allows. */
  readonly choices?: readonly string[];
  /** A name behind a dot is allowed (`optional`) or needed. */
  readonly dotted?: 'optional' | 'needed';
}

export const STATUSES = ['ok', 'failed', 'retried', 'dead-lettered', 'unconsumed'] as const;

/** `any` has no name of its own: it is a bare word. */
export const FIELDS: readonly FieldInfo[] = [
  { name: 'service', aliases: ['source'], kind: 'name', says: 'who published it' },
  { name: 'channel', aliases: ['topic', 'exchange'], kind: 'name', says: 'topic or exchange' },
  { name: 'inbox', aliases: ['queue', 'group'], kind: 'name', says: 'queue, or group on a topic' },
  { name: 'type', aliases: ['event'], kind: 'name', says: 'type of the event' },
  { name: 'version', aliases: [], kind: 'name', says: 'version of the type' },
  { name: 'broker', aliases: [], kind: 'name', says: 'name of the broker, or kafka, or rabbitmq' },
  { name: 'status', aliases: ['is'], kind: 'choice', says: 'what became of it', choices: STATUSES },
  { name: 'cause', aliases: ['error'], kind: 'name', says: 'why it failed' },
  {
    name: 'key',
    aliases: ['business'],
    kind: 'id',
    says: 'business key, key.order=42 for one kind, or the key of the record',
    dotted: 'optional',
  },
  { name: 'trace', aliases: ['traceid', 'trace-id'], kind: 'id', says: 'trace id' },
  { name: 'message', aliases: ['messageid', 'message-id', 'id'], kind: 'id', says: 'message or event id' },
  { name: 'correlation', aliases: ['correlationid', 'correlation-id'], kind: 'id', says: 'correlation id' },
  { name: 'causation', aliases: ['causationid', 'causation-id'], kind: 'id', says: 'causation id' },
  { name: 'conversation', aliases: ['conversationid', 'conversation-id'], kind: 'id', says: 'conversation id' },
  { name: 'saga', aliases: ['sagaid', 'saga-id'], kind: 'id', says: 'saga id' },
  { name: 'span', aliases: ['spanid', 'span-id'], kind: 'id', says: 'span id' },
  { name: 'replay', aliases: ['replayid'], kind: 'id', says: 'replay id' },
  { name: 'h', aliases: ['header'], kind: 'named', says: 'a header: h.tenant=acme', dotted: 'needed' },
  { name: 'b', aliases: ['body'], kind: 'named', says: 'a field of a JSON body: b.order.id=42', dotted: 'needed' },
  { name: 'text', aliases: [], kind: 'text', says: 'words in the body, the headers or the error' },
  { name: 'attempt', aliases: [], kind: 'number', says: 'which attempt it is' },
  { name: 'size', aliases: ['bytes'], kind: 'number', says: 'bytes of the body' },
  { name: 'events', aliases: [], kind: 'number', says: 'events of its trace' },
  { name: 'errors', aliases: [], kind: 'number', says: 'dead letters of its trace' },
  { name: 'duration', aliases: ['took'], kind: 'duration', says: 'from the first to the last event of its trace: duration>2s' },
];

const byName = new Map(FIELDS.flatMap((field) => [field.name, ...field.aliases].map((name) => [name, field] as const)));

/** By its name or another name of it, in any case. */
export const fieldNamed = (name: string): FieldInfo | undefined => byName.get(name.toLowerCase());

/** All terms, in the order of writing. */
export function termsOf(node: SearchNode): readonly SearchTerm[] {
  switch (node.kind) {
    case 'term':
      return [node];
    case 'and':
    case 'or':
      return node.parts.flatMap(termsOf);
    default:
      return termsOf(node.part);
  }
}
