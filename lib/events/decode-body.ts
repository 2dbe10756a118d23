import type { BodyView, HeaderView } from '@/lib/contract/traces';
import { decodeAmqpValue } from './amqp-values';
import type { EventHeader } from './observed-event';

/** What a body looks like to a person. Bytes stay bytes; text is hostile and shown as text only. */
export interface BodySource {
  readonly body: Uint8Array | null;
  /** The true size; larger than `body` when the tap cut it. */
  readonly bodySize: number;
  readonly contentType: string | null;
  /** Set by whoever decompressed `body` before: what it was, and the bytes as they were. */
  readonly unpacked?: { readonly from: string; readonly bytes: Uint8Array };
  /** JSON text that `body` was decoded to, where it is no text itself. */
  readonly decoded?: string | null;
  /** Why it could not be decompressed or decoded. */
  readonly problem?: string | null;
}

/** Raw bytes sent to a screen, at most. */
export const MAX_SHOWN_BYTES = 64 * 1024;
/** Text sent to a screen, at most, in characters. */
export const MAX_SHOWN_TEXT = 1024 * 1024;
/** Nested deeper, JSON is shown as it was sent: laying it out would be recursion. */
const MAX_DEPTH = 200;

const decoder = new TextDecoder('utf-8', { fatal: true });

/** JSON laid out, text, or binary, with the reason when it is not what it says. [G40] [G41] Never throws. */
export function decodeBody(source: BodySource): BodyView {
  const raw = source.unpacked?.bytes ?? source.body;
  if (source.body === null || raw === null) return { kind: 'none', text: null, bytes: '', size: 0, storedSize: 0, problem: null };
  const cut = raw.length < source.bodySize ? `Cut: ${raw.length} of ${source.bodySize} bytes were kept.` : null;
  const shape: Shape =
    source.decoded === undefined || source.decoded === null
      ? shapeOf(source.body, source.contentType, cut !== null)
      : { kind: 'json', problem: null, text: null, ...prettyJson(source.decoded) };
  const problems = [source.problem ?? null, cut, shape.problem].filter((text) => text !== null);
  return {
    kind: shape.kind,
    text: shape.text === null ? null : shape.text.slice(0, MAX_SHOWN_TEXT),
    bytes: toBase64(raw.subarray(0, MAX_SHOWN_BYTES)),
    size: source.bodySize,
    storedSize: raw.length,
    problem: problems.length === 0 ? null : problems.join(' '),
  };
}

type Shape = Pick<BodyView, 'kind' | 'text' | 'problem'>;

function shapeOf(body: Uint8Array, contentType: string | null, cut: boolean): Shape {
  const text = textOf(body, cut);
  const saysJson = contentType !== null && contentType.includes('json');
  if (text === null)
    return { kind: 'binary', text: null, problem: saysJson ? `It says ${contentType.slice(0, 60)} and is not UTF-8.` : null };
  if (text.includes('\0')) return { kind: 'binary', text: null, problem: null };
  const first = text.trimStart()[0];
  if (!saysJson && first !== '{' && first !== '[') return { kind: 'text', text, problem: null };
  const pretty = cut ? null : prettyJson(text);
  if (pretty !== null) return { kind: 'json', text: pretty.text, problem: pretty.problem };
  return { kind: 'text', text, problem: cut || !saysJson ? null : 'It says JSON and does not parse.' };
}

/** A cut may fall within a character: up to three bytes at the end are forgiven then. */
function textOf(body: Uint8Array, cut: boolean): string | null {
  for (let less = 0; less <= (cut ? 3 : 0); less++) {
    try {
      return decoder.decode(body.subarray(0, body.length - less));
    } catch {
      // not UTF-8 up to here
    }
  }
  return null;
}

/** Lays JSON out without changing a digit: numbers keep the text they were sent with, fields of one name stay two. `null` when it does not parse. */
export function prettyJson(text: string): { readonly text: string; readonly problem: string | null } | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  const laid = layOut(text);
  return laid === null ? { text, problem: `Nested deeper than ${MAX_DEPTH}: shown as it was sent.` } : { text: laid, problem: null };
}

function layOut(text: string): string | null {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '"') {
      i = endOfString(text, i);
      continue;
    }
    if (c === ' ' || c === '\n' || c === '\r' || c === '\t') {
      parts.push(text.slice(from, i));
      from = i + 1;
    } else if (c === '{' || c === '[') {
      if (++depth > MAX_DEPTH) return null;
      const next = afterSpace(text, i + 1);
      if (text[next] === '}' || text[next] === ']') {
        parts.push(text.slice(from, i), c, text[next] as string);
        depth--;
        i = next;
      } else parts.push(text.slice(from, i + 1), lineAt(depth));
      from = i + 1;
    } else if (c === '}' || c === ']') {
      depth--;
      parts.push(text.slice(from, i), lineAt(depth), c);
      from = i + 1;
    } else if (c === ',') {
      parts.push(text.slice(from, i + 1), lineAt(depth));
      from = i + 1;
    } else if (c === ':') {
      parts.push(text.slice(from, i), ': ');
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.join('');
}

const lineAt = (depth: number): string => `\n${'  '.repeat(depth)}`;

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

function afterSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

const MAX_HEADER_TEXT = 4096;

/** Headers for a screen: text where it is text, JSON of a nested AMQP value, hex of what is neither. [G42] Order and duplicates stay. */
export function viewHeaders(headers: readonly EventHeader[]): HeaderView[] {
  return headers.map(({ name, wire, value }) => {
    if (value === null) return { name, wire, text: '', size: 0, isText: true };
    const plain = wire === 'kafka' || wire === 'property' || wire === 'S' || wire === 'x';
    const text = plain ? textOf(value.subarray(0, MAX_HEADER_TEXT), value.length > MAX_HEADER_TEXT) : nestedText(wire, value);
    return text === null || text.includes('\0')
      ? { name, wire, text: hexOf(value.subarray(0, MAX_HEADER_TEXT / 2)), size: value.length, isText: false }
      : { name, wire, text: text.slice(0, MAX_HEADER_TEXT), size: value.length, isText: true };
  });
}

function nestedText(wire: string, value: Uint8Array): string | null {
  try {
    const decoded = decodeAmqpValue(wire, value);
    return typeof decoded === 'object' ? JSON.stringify(decoded) : String(decoded);
  } catch {
    return null;
  }
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8190) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8190)));
  return btoa(parts.join(''));
}
