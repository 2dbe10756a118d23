import type { EventHeader } from './observed-event';

/**
 * AMQP 0-9-1 field values as RabbitMQ has them, without loss: a value is its wire letter and its bytes, and stays that until somebody wants to look.
 *
 * In an `EventHeader` the value of a length-prefixed type (`S` `x` `F` `A`) is the content *without* its four length bytes, so that an `S` is its text;
 * every other type is the bytes as they were, `V` is `null`. A letter nobody knows has no known length: its wire is `?`, its value that letter
 * and the rest of the table; a table that breaks off within a name ends in a nameless `??`.
 * Invariant (amqp-values.test.ts): `encodeAmqpTable(decodeAmqpTable(bytes))` gives the same bytes, whatever they are.
 */
export interface AmqpField {
  readonly name: string;
  readonly wire: string;
  readonly value: Uint8Array | null;
}

/** What `decodeAmqpValue` shows: plain JSON. */
export type AmqpValue = string | number | boolean | null | readonly AmqpValue[] | { readonly [name: string]: AmqpValue };

const LENGTH_PREFIXED = new Set(['S', 'x', 'F', 'A']);

/** Bytes of each type of fixed size. `L` is the int64 of other brokers; RabbitMQ forwards it. */
const FIXED_SIZE: Readonly<Record<string, number>> = { t: 1, b: 1, B: 1, s: 2, u: 2, I: 4, i: 4, l: 8, L: 8, T: 8, f: 4, d: 8, D: 5, V: 0 };

/** Deeper than this a nested table is not unfolded for display: it is somebody's attack, not somebody's header. */
const MAX_DEPTH = 32;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

const NO_BYTES = new Uint8Array(0);

/** UTF-8 where it is UTF-8, else latin1 (every byte one character), as the product shows short strings. */
export function amqpText(bytes: Uint8Array): string {
  return utf8Text(bytes) ?? latin1(bytes);
}

/** The text, or `null` where the bytes are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | null {
  if (bytes.length < 64) {
    // Short and plain ASCII is nearly every header: a loop beats the decoder's call.
    let text = '';
    for (const byte of bytes) {
      if (byte > 0x7f) return decodeStrictly(bytes);
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return decodeStrictly(bytes);
}

function decodeStrictly(bytes: Uint8Array): string | null {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return null;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Marks a name that was not UTF-8, so that its bytes can come back: such names are kept as latin1 behind this character. */
const RAW_NAME = '\u{fffe}';

function decodeName(bytes: Uint8Array): string {
  const text = utf8Text(bytes);
  return text === null || text.startsWith(RAW_NAME) ? RAW_NAME + latin1(bytes) : text;
}

function encodeName(name: string): Uint8Array {
  if (!name.startsWith(RAW_NAME)) return utf8.encode(name);
  return Uint8Array.from(name.slice(RAW_NAME.length), (letter) => letter.charCodeAt(0));
}

/** Where a reader is; `at` moves. */
interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;

const uint32At = (bytes: Uint8Array, at: number): number =>
  byteAt(bytes, at) * 0x1000000 + ((byteAt(bytes, at + 1) << 16) | (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3));

/** Reads a letter and its value; what is cut short or unknown takes the rest. */
function readValue(cursor: Cursor): { wire: string; value: Uint8Array | null } {
  const { bytes } = cursor;
  const wire = String.fromCharCode(byteAt(bytes, cursor.at));
  const start = cursor.at + 1;
  const end = endOfValue(bytes, wire, start);
  if (end === null) {
    cursor.at = bytes.length;
    return { wire: '?', value: bytes.subarray(start - 1) };
  }
  cursor.at = end;
  if (wire === 'V') return { wire, value: null };
  return { wire, value: bytes.subarray(LENGTH_PREFIXED.has(wire) ? start + 4 : start, end) };
}

function endOfValue(bytes: Uint8Array, wire: string, start: number): number | null {
  const fixed = FIXED_SIZE[wire];
  let end: number;
  if (fixed !== undefined) end = start + fixed;
  else if (LENGTH_PREFIXED.has(wire) && start + 4 <= bytes.length) end = start + 4 + uint32At(bytes, start);
  else return null;
  return end <= bytes.length ? end : null;
}

/**
 * The fields of a table's content (without the table's own length), in order, duplicates kept. Never throws: from the first byte that can't
 * be understood on, the rest is one field.
 */
export function decodeAmqpTable(bytes: Uint8Array): AmqpField[] {
  const fields: AmqpField[] = [];
  const cursor: Cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const nameEnd = cursor.at + 1 + byteAt(bytes, cursor.at);
    if (nameEnd >= bytes.length) {
      fields.push({ name: '', wire: '??', value: bytes.subarray(cursor.at) });
      return fields;
    }
    const name = decodeName(bytes.subarray(cursor.at + 1, nameEnd));
    cursor.at = nameEnd;
    const { wire, value } = readValue(cursor);
    fields.push({ name, wire, value });
  }
  return fields;
}

/** One value as it stands in a table or array: letter, length where the type has one, bytes. */
export function encodeAmqpField(wire: string, value: Uint8Array | null): Uint8Array {
  const bytes = value ?? NO_BYTES;
  if (wire === '?') return bytes;
  const letter = Uint8Array.of(wire.charCodeAt(0));
  return LENGTH_PREFIXED.has(wire) ? concat([letter, lengthOf(bytes), bytes]) : concat([letter, bytes]);
}

/** The content of a table (without its own length), byte for byte what `decodeAmqpTable` read. A name beyond 255 bytes is a RangeError. */
export function encodeAmqpTable(fields: readonly AmqpField[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { name, wire, value } of fields) {
    if (wire === '??') {
      parts.push(value ?? NO_BYTES);
      continue;
    }
    const nameBytes = encodeName(name);
    if (nameBytes.length > 255) throw new RangeError('a header name has at most 255 bytes in AMQP');
    parts.push(Uint8Array.of(nameBytes.length), nameBytes, encodeAmqpField(wire, value));
  }
  return concat(parts);
}

/**
 * A value to look at, safe for JSON: int64 beyond 2^53 as decimal text, timestamps as seconds, decimals as text (`12.50`), bytes that are
 * not UTF-8 as `0x…`, tables as objects (of two fields with one name the last), arrays as arrays. Never throws.
 */
export function decodeAmqpValue(wire: string, bytes: Uint8Array | null, depth = 0): AmqpValue {
  if (bytes === null || wire === 'V') return null;
  const size = FIXED_SIZE[wire];
  if (size !== undefined && bytes.length < size) return hex(bytes);
  switch (wire) {
    case 't':
      return bytes[0] !== 0;
    case 'b':
      return viewOf(bytes).getInt8(0);
    case 'B':
      return byteAt(bytes, 0);
    case 's':
      return viewOf(bytes).getInt16(0);
    case 'u':
      return viewOf(bytes).getUint16(0);
    case 'I':
      return viewOf(bytes).getInt32(0);
    case 'i':
      return viewOf(bytes).getUint32(0);
    case 'l':
    case 'L':
    case 'T':
      return exactNumber(viewOf(bytes).getBigInt64(0));
    case 'f':
      return finite(viewOf(bytes).getFloat32(0));
    case 'd':
      return finite(viewOf(bytes).getFloat64(0));
    case 'D':
      return decimalText(byteAt(bytes, 0), viewOf(bytes).getInt32(1));
    case 'F':
      return depth >= MAX_DEPTH ? hex(bytes) : tableToObject(bytes, depth);
    case 'A':
      return depth >= MAX_DEPTH ? hex(bytes) : arrayToValues(bytes, depth);
    case 'S':
    case 'x':
    case 'property':
    case 'kafka':
      return utf8Text(bytes) ?? hex(bytes);
    default:
      return hex(bytes);
  }
}

function tableToObject(bytes: Uint8Array, depth: number): Record<string, AmqpValue> {
  // fromEntries defines, it does not assign: a field named `__proto__` stays a field.
  return Object.fromEntries(decodeAmqpTable(bytes).map((field) => [field.name, decodeAmqpValue(field.wire, field.value, depth + 1)]));
}

function arrayToValues(bytes: Uint8Array, depth: number): AmqpValue[] {
  const values: AmqpValue[] = [];
  const cursor: Cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const { wire, value } = readValue(cursor);
    values.push(decodeAmqpValue(wire, value, depth + 1));
  }
  return values;
}

/** A plain value as bytes: text `S`, boolean `t`, integers `I` or `l` (bigint always `l`), other numbers `d`, bytes `x`, `null` `V`, arrays `A`, objects `F`. */
export function encodeAmqpValue(value: unknown): { readonly wire: string; readonly value: Uint8Array | null } {
  if (value === null || value === undefined) return { wire: 'V', value: null };
  if (typeof value === 'string') return { wire: 'S', value: utf8.encode(value) };
  if (typeof value === 'boolean') return { wire: 't', value: Uint8Array.of(value ? 1 : 0) };
  if (typeof value === 'bigint') return { wire: 'l', value: eightBytes((view) => view.setBigInt64(0, value)) };
  if (typeof value === 'number') return encodeNumber(value);
  if (value instanceof Uint8Array) return { wire: 'x', value };
  if (Array.isArray(value)) return { wire: 'A', value: concat(value.map((item) => encodePlain(item))) };
  const fields = Object.entries(value).map(([name, item]) => ({ name, ...encodeAmqpValue(item) }));
  return { wire: 'F', value: encodeAmqpTable(fields) };
}

const encodePlain = (item: unknown): Uint8Array => {
  const { wire, value } = encodeAmqpValue(item);
  return encodeAmqpField(wire, value);
};

/** One header of a table out of a plain value, e.g. `amqpHeader('x-eventyard-replay-id', id)`. */
export const amqpHeader = (name: string, value: unknown): EventHeader => ({ name, ...encodeAmqpValue(value) });

/** One basic property (`message-id`, `timestamp` …), whose value is text by our convention. */
export const amqpProperty = (name: string, text: string): EventHeader => ({ name, wire: 'property', value: utf8.encode(text) });

function encodeNumber(value: number): { wire: string; value: Uint8Array } {
  if (Number.isInteger(value) && value >= -0x80000000 && value < 0x80000000 && !Object.is(value, -0)) {
    const bytes = new Uint8Array(4);
    viewOf(bytes).setInt32(0, value);
    return { wire: 'I', value: bytes };
  }
  if (Number.isSafeInteger(value) && !Object.is(value, -0))
    return { wire: 'l', value: eightBytes((view) => view.setBigInt64(0, BigInt(value))) };
  return { wire: 'd', value: eightBytes((view) => view.setFloat64(0, value)) };
}

function eightBytes(write: (view: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(8);
  write(viewOf(bytes));
  return bytes;
}

function exactNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** JSON has no NaN and no infinity. */
const finite = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

/** RabbitMQ's decimal: digits are signed on the wire, whatever client libraries read. */
function decimalText(places: number, digits: number): string {
  const sign = digits < 0 ? '-' : '';
  const padded = Math.abs(digits)
    .toString()
    .padStart(places + 1, '0');
  return places === 0 ? `${sign}${padded}` : `${sign}${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

function hex(bytes: Uint8Array): string {
  let text = '0x';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  viewOf(length).setUint32(0, bytes.length);
  return length;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  let size = 0;
  for (const part of parts) size += part.length;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
