import type { RawRecord } from '@/lib/events/observed-event';
import type { Skim } from './skim';

/** Bodies beyond this are kept and shown, but not looked into. */
export const MAX_PARSED_BYTES = 256 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

export interface ParsedBody {
  readonly object: JsonObject | null;
  /** In place of `object`, until the next body is parsed: the same members, of which nothing was made yet. */
  readonly skim?: Skim | null;
  /** The body's text, for what JSON numbers lose. */
  readonly text: string | null;
  /** Why the body could not be read; `null` when it could, or when it never said to be JSON. */
  readonly problem: string | null;
  /** Confluent wire format: id of the schema in a registry. */
  readonly schemaId: number | null;
  /** All members of a CloudEvents batch; `object` is the first. */
  readonly batch?: readonly unknown[];
}

/** How a body may be packed. */
export const PACKINGS = ['gzip', 'deflate', 'br', 'zstd', 'snappy', 'lz4'] as const;
export type Packing = (typeof PACKINGS)[number];

/** Unpacks within `MAX_PARSED_BYTES`, `null` when it can't. Given by the server: lib has no zlib. */
export type Inflate = (bytes: Uint8Array, packing: Packing) => Uint8Array | null;

const decoder = new TextDecoder('utf-8', { fatal: true });
const none = (problem: string | null, schemaId: number | null = null): ParsedBody => ({ object: null, text: null, problem, schemaId });
const NOTHING = none(null);

/** That there is an object, made or not. */
export const hasObject = ({ object, skim }: ParsedBody): boolean => object !== null || (skim !== undefined && skim !== null);

/** Reads a body as a JSON object if it is one. Never throws: V8's JSON parser keeps its own stack, so nesting can't exhaust ours. */
export function parseBody(
  record: RawRecord,
  contentType: string | null,
  contentEncoding: string | null,
  inflate: Inflate | null,
  skim: Skim | null = null,
): ParsedBody {
  const { body } = record;
  if (body === null || body.length === 0) return NOTHING;
  if (body.length < record.bodySize) return none(`cut at ${body.length} of ${record.bodySize} bytes: not looked into`);
  if (body.length > MAX_PARSED_BYTES) return none(`${body.length} bytes: only bodies up to 256 kB are looked into`);
  const packing = packingOf(body, contentEncoding);
  if (packing !== null) {
    const inflated = inflate === null ? null : inflate(body, packing);
    return inflated === null
      ? none(`compressed (${packing}) and not readable within 256 kB`)
      : parseBytes(inflated, contentType, 0, null, skim);
  }
  if (body[0] === 0 && body.length > 5 && record.partition !== null) {
    const schemaId = ((body[1] as number) << 24) | ((body[2] as number) << 16) | ((body[3] as number) << 8) | (body[4] as number);
    return parseBytes(body, null, 5, schemaId, null);
  }
  return parseBytes(body, contentType, 0, null, skim);
}

function parseBytes(body: Uint8Array, contentType: string | null, from: number, schemaId: number | null, skim: Skim | null): ParsedBody {
  let first = from;
  while (isBlank(body[first])) first++;
  const isBatch = body[first] === 91 && contentType !== null && contentType.includes('cloudevents-batch');
  // A text that is JSON once more: what Kafka Connect makes of an outbox's column.
  if (body[first] === 34 && body[first + 1] === 123) return parseText(body, first, schemaId);
  if (body[first] !== 123 && !isBatch) {
    if (contentType === null || !contentType.includes('json') || isJsonStart(body[first]))
      return schemaId === null ? NOTHING : none(null, schemaId);
    return none(`said to be ${contentType.slice(0, 60)} and does not begin like it`, schemaId);
  }
  // What Kafka Connect wraps begins with its schema; that is unwrapped below.
  if (skim !== null && !isBatch && skim.scan(body, first) && skim.names[0] !== 'schema') return skim.body;
  let text: string;
  try {
    text = decoder.decode(from === 0 ? body : body.subarray(from));
  } catch {
    return none('not UTF-8', schemaId);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isBatch && Array.isArray(value)) return { object: unwrapped(value, text), text, problem: null, schemaId, batch: value };
    return { object: unwrapped(value, text), text, problem: null, schemaId };
  } catch {
    return none('begins like JSON and does not parse', schemaId);
  }
}

function parseText(body: Uint8Array, from: number, schemaId: number | null): ParsedBody {
  try {
    const text = JSON.parse(decoder.decode(body.subarray(from))) as string;
    return { object: unwrapped(JSON.parse(text), text), text, problem: null, schemaId };
  } catch {
    return none(null, schemaId);
  }
}

/** Of a batch the first event; of Kafka Connect's `{ schema, payload }` the payload. */
function unwrapped(value: unknown, text: string): JsonObject | null {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof one !== 'object' || one === null || Array.isArray(one)) return null;
  if (!text.startsWith('{"schema"')) return one as JsonObject;
  const { schema, payload } = one as JsonObject;
  if (typeof schema === 'object' && typeof payload === 'string' && payload[0] === '{') return objectIn(payload) ?? (one as JsonObject);
  const isWrapped = typeof schema === 'object' && typeof payload === 'object' && payload !== null && !Array.isArray(payload);
  return (isWrapped ? payload : one) as JsonObject;
}

function objectIn(text: string): JsonObject | null {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return null;
  }
}

/** What JSON allows around its values, and nothing else: a NUL before an object is no JSON. */
const isBlank = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;

/** Arrays, texts, numbers, true, false, null: JSON, but nothing that has fields. */
const isJsonStart = (byte: number | undefined): boolean =>
  byte === 91 ||
  byte === 34 ||
  byte === 45 ||
  byte === 116 ||
  byte === 102 ||
  byte === 110 ||
  (byte !== undefined && byte >= 48 && byte <= 57);

/**
 * Some say `content-encoding: gzip`, some `compressed: true`, some pack and say nothing: the magic bytes count where a format has them, then
 * what is said. `utf-8`, `json`, `identity` and the like are no packing.
 */
export function packingOf(body: Uint8Array, said: string | null): Packing | null {
  const first = body[0];
  if (first === 0x1f && body[1] === 0x8b) return 'gzip';
  if (first === 0x28 && body[1] === 0xb5 && body[2] === 0x2f && body[3] === 0xfd) return 'zstd';
  if (first === 0x04 && body[1] === 0x22 && body[2] === 0x4d && body[3] === 0x18) return 'lz4';
  if (first === 0xff && body[1] === 0x06 && body[4] === 0x73 && body[5] === 0x4e && body[6] === 0x61) return 'snappy';
  if (said === null) return null;
  const word = said.toLowerCase();
  if (word.includes('deflate') || word.includes('zlib')) return 'deflate';
  if (word === 'br' || word.includes('brotli')) return 'br';
  if (word.includes('snappy')) return 'snappy';
  // Some unpack on the way and leave the word: JSON is JSON then. What is neither is told as broken.
  if (first !== 0x7b && first !== 0x5b) for (const name of ['gzip', 'zstd', 'lz4'] as const) if (word.includes(name)) return name;
  // `compressed: true` does not say how; of what has no magic only zlib can be told.
  return (word === 'true' || word === '1') && first === 0x78 && (body[1] === 0x9c || body[1] === 0x01 || body[1] === 0xda)
    ? 'deflate'
    : null;
}
