import type { BusinessKey } from '@/lib/events/observed-event';
import type { JsonObject, ParsedBody } from './parse-body';
import { ESCAPED, NUMBER, OBJECT, TEXT, type Skim } from './skim';

/** Ids of the transport and of the telling, not of the business. */
const TECHNICAL = new Set([
  'event',
  'message',
  'msg',
  'correlation',
  'causation',
  'initiator',
  'conversation',
  'trace',
  'span',
  'parent',
  'parentspan',
  'request',
  'saga',
  'schema',
  'session',
  'aggregate',
  'root',
  'specversion',
]);
const MAX_KEYS = 8;
const MAX_VALUE = 128;
const MAX_FIELDS = 200;
/** Field name → aggregate name or `''`; names repeat, so each is read once. Bounded, since names are the senders'. */
const known = new Map<string, string>();

/**
 * `orderId: 'o-1'`, `order_id: 7` → `{ name: 'order', value: … }`, at the top level and in `data`/`payload`, at most eight, a name once
 * (`data` before the envelope's own). `keysIn` are further members to look into, first of all. Lists and deeper levels are not looked into: an order's lines are not the order.
 */
export function businessKeysOf(object: JsonObject, text: string, keysIn: readonly string[] = []): readonly BusinessKey[] {
  found.length = 0;
  for (const member of keysIn) collect(object[member], text, found);
  collect(object.data, text, found);
  collect(object.payload, text, found);
  collect(object, text, found);
  return found.length === 0 ? NO_KEYS : found.slice();
}

const MAX_ITEMS = 20;

/** The ids of a batch's further events, `item2` to `item21`, so that each of them is found. The first one's stand in the event's own fields. */
export function keysOfBatch(batch: readonly unknown[]): readonly BusinessKey[] {
  const keys: BusinessKey[] = [];
  for (const [n, one] of batch.slice(1, 1 + MAX_ITEMS).entries()) {
    const value = typeof one === 'object' && one !== null ? asValue((one as JsonObject).id, 'id', '') : null;
    if (value !== null) keys.push({ name: `item${n + 2}`, value });
  }
  return keys;
}

/** The same of a body, made or not. */
export function keysInBody({ object, skim, text }: ParsedBody, keysIn: readonly string[]): readonly BusinessKey[] {
  if (object !== null) return businessKeysOf(object, text ?? '', keysIn);
  if (skim === undefined || skim === null) return NO_KEYS;
  found.length = 0;
  for (const member of keysIn) collectIn(skim, skim.find(member), found);
  collectIn(skim, skim.find('data'), found);
  collectIn(skim, skim.find('payload'), found);
  collectAmong(skim, 0, skim.count, found);
  return found.length === 0 ? NO_KEYS : found.slice();
}

function collectIn(skim: Skim, at: number, keys: BusinessKey[]): void {
  if (at >= 0 && skim.kinds[at] === OBJECT) collectAmong(skim, at + 1, skim.next[at] as number, keys);
}

function collectAmong(skim: Skim, from: number, to: number, keys: BusinessKey[]): void {
  let seen = 0;
  for (let i = from; i < to; i = skim.next[i] as number) {
    if (++seen > MAX_FIELDS || keys.length === MAX_KEYS) return;
    const field = skim.names[i] as string;
    const last = field.charCodeAt(field.length - 1);
    if (last !== 100 && last !== 68) continue;
    const name = aggregateOf(field);
    if (name === '' || hasName(keys, name)) continue;
    const value = valueOf(skim, i, field);
    if (value !== null) keys.push({ name, value });
  }
}

function valueOf(skim: Skim, i: number, field: string): string | null {
  const kind = skim.kinds[i];
  const length = skim.lengthOf(i);
  if (kind === TEXT) return length > 0 && length <= MAX_VALUE ? skim.slice(i) : null;
  if (kind === NUMBER) return numberOf(skim, i, field);
  return kind === ESCAPED && length <= 6 * MAX_VALUE ? asValue(skim.textOf(i), field, '') : null;
}

export function numberOf(skim: Skim, i: number, field: string): string | null {
  return asValue(Number(skim.slice(i)), field, skim.lengthOf(i) < 16 ? '' : skim.text());
}

/** Scratch: what is given away is made to measure. */
const found: BusinessKey[] = [];
const NO_KEYS: readonly BusinessKey[] = [];

function collect(object: unknown, text: string, keys: BusinessKey[]): void {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return;
  let seen = 0;
  for (const field in object) {
    if (++seen > MAX_FIELDS || keys.length === MAX_KEYS) return;
    const last = field.charCodeAt(field.length - 1);
    if (last !== 100 && last !== 68) continue;
    const name = aggregateOf(field);
    if (name === '' || hasName(keys, name)) continue;
    const value = asValue((object as JsonObject)[field], field, text);
    if (value !== null) keys.push({ name, value });
  }
}

function hasName(keys: readonly BusinessKey[], name: string): boolean {
  for (const key of keys) if (key.name === name) return true;
  return false;
}

function aggregateOf(field: string): string {
  const before = known.get(field);
  if (before !== undefined) return before;
  const name = readAggregate(field);
  if (known.size < 4096) known.set(field, name);
  return name;
}

function readAggregate(field: string): string {
  if (field.length > 60) return '';
  const match = /^([A-Za-z][A-Za-z0-9_-]*?)(?:_id|-id|Id|ID)$/.exec(field);
  if (match === null) return '';
  const name = (match[1] as string).replace(/[_-]([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  const camel = name[0]?.toLowerCase() + name.slice(1);
  return TECHNICAL.has(camel.toLowerCase()) ? '' : camel;
}

export function asValue(value: unknown, field: string, text: string): string | null {
  if (typeof value === 'string') return value.length > 0 && value.length <= MAX_VALUE ? value : null;
  if (typeof value !== 'number') return null;
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? digitsOf(field, text) : String(value);
}

/** An integer beyond 2^53 has lost digits in JSON.parse: they are read again from the text. */
function digitsOf(field: string, text: string): string | null {
  const at = text.indexOf(`"${field}"`);
  return at < 0 ? null : (/^\s*:\s*(-?\d{16,40})\b/.exec(text.slice(at + field.length + 2, at + field.length + 80))?.[1] ?? null);
}
