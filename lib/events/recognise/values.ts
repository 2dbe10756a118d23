import { decodeAmqpValue } from '@/lib/events/amqp-values';
import type { EventHeader } from '@/lib/events/observed-event';
import type { Micros } from '@/lib/events/names';

const decoder = new TextDecoder();
/** An id longer than this is none. */
export const MAX_ID_BYTES = 1024;

/** Text of a header's value; `null` when it has none, is longer than `maxBytes`, is a table or array, or is not UTF-8. Never throws. */
export function textOfHeader(header: EventHeader, maxBytes: number): string | null {
  const { wire, value } = header;
  if (value === null || value.length === 0 || value.length > maxBytes) return null;
  if (wire === 'kafka') return unquoted(plainText(value));
  if (wire === 'property' || wire === 'S' || wire === 'x') return plainText(value);
  if (wire === 'F' || wire === 'A') return null;
  try {
    const decoded: unknown = decodeAmqpValue(wire, value);
    return typeof decoded === 'string' || typeof decoded === 'number' || typeof decoded === 'bigint' || typeof decoded === 'boolean'
      ? String(decoded)
      : null;
  } catch {
    return null;
  }
}

/** The text, or `null` where the bytes are not UTF-8. */
export function plainText(bytes: Uint8Array): string | null {
  const text = decoder.decode(bytes);
  return text.includes('\ufffd') ? null : text;
}

/** Spring writes header values as JSON: one layer of quotes goes. */
function unquoted(text: string | null): string | null {
  return text !== null && text.length > 2 && text[0] === '"' && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** Last header of that name (lower case given), names compared without case. */
export function lastHeader(headers: readonly EventHeader[], name: string): EventHeader | null {
  for (let i = headers.length - 1; i >= 0; i--) if (isNamed(headers[i] as EventHeader, name)) return headers[i] as EventHeader;
  return null;
}

export function firstHeader(headers: readonly EventHeader[], name: string): EventHeader | null {
  for (const header of headers) if (isNamed(header, name)) return header;
  return null;
}

const isNamed = (header: EventHeader, name: string): boolean =>
  header.wire !== 'property' && header.name.length === name.length && header.name.toLowerCase() === name;

export function isHex(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102))) return false;
  }
  return text.length >= to;
}

export function isZeros(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) !== 48) return false;
  return true;
}

/** Hex of 16 or `digits` digits in lower case, padded on the left to `digits`; `null` for all else, also for all zeros. */
export function toHexId(text: string, digits: number): string | null {
  if (text.length !== digits && text.length !== 16) return null;
  const lower = text.toLowerCase();
  if (!isHex(lower, 0, lower.length) || isZeros(lower, 0, lower.length)) return null;
  return lower.padStart(digits, '0');
}

export const hexOf = (bytes: Uint8Array, from: number, to: number): string =>
  Array.from(bytes.subarray(from, to), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** An unsigned decimal of 64 bits as 16 hex digits; `null` for all else and for 0. */
export function decimalToHexId(text: string): string | null {
  if (!/^\d{1,20}$/.test(text)) return null;
  const hex = BigInt(text).toString(16);
  return hex === '0' || hex.length > 16 ? null : hex.padStart(16, '0');
}

/** Whole numbers from 0 up, `null` for all else. */
export function toCount(text: string | null): number | null {
  if (text === null || text.length === 0 || text.length > 16) return null;
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return null;
    count = count * 10 + digit;
  }
  return Number.isSafeInteger(count) ? count : null;
}

/** For counters that begin one late. */
export const oneMore = (text: string): string | null => (/^\d{1,9}$/.test(text) ? String(Number(text) + 1) : null);

/**
 * A number that may be big-endian bytes (1 to 8 of them, no sign) or digits. Both are possible where frameworks are imitated; digits read as
 * bytes give numbers beyond 10^8 and then digits are meant.
 */
export function toBigEndianCount(bytes: Uint8Array | null): number | null {
  if (bytes === null || bytes.length === 0 || bytes.length > 16) return null;
  let digits = true;
  let count = 0;
  for (const byte of bytes) {
    if (byte < 48 || byte > 57) digits = false;
    count = count * 256 + byte;
  }
  if (digits && (bytes.length > 8 || count > 1e8)) return toCount(decoder.decode(bytes));
  return bytes.length <= 8 && Number.isSafeInteger(count) ? count : null;
}

const YEAR_2255 = 9_000_000_000_000_000;

/**
 * ISO 8601, `yyyy-MM-dd HH:mm:ss:ffffff Z` (.NET buses), RFC 1123, or a number of seconds, ms or µs since 1970 (told apart by size; seconds
 * may have decimals); `null` for all else and outside 1970–2255.
 */
export function toMicros(text: string | null): Micros | null {
  if (text === null || text.length < 9 || text.length > 40) return null;
  const count = toCount(text);
  const micros = count === null ? writtenMicros(text) : count < 1e11 ? count * 1e6 : count < 1e14 ? count * 1000 : count;
  return micros !== null && micros > 0 && micros < YEAR_2255 ? micros : null;
}

function writtenMicros(text: string): number | null {
  if (text.charCodeAt(4) === 45) return isoMicros(text);
  if (/^\d{9,11}\.\d{1,9}$/.test(text)) return Math.round(Number(text) * 1e6);
  if (!/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(text)) return null;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms * 1000;
}

function isoMicros(written: string): number | null {
  const text =
    written[10] === ' ' && written[19] === ':'
      ? `${written.slice(0, 10)}T${written.slice(11, 19)}.${written.slice(20).replace(' ', '')}`
      : written;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return null;
  const beyondMs = text[19] === '.' ? text.slice(23, 26).match(/^\d{1,3}/)?.[0] : undefined;
  return ms * 1000 + (beyondMs === undefined ? 0 : Number(beyondMs.padEnd(3, '0')));
}
