import type { EventRow } from '@/lib/contract/traces';
import type { ClockOwner, Failure } from '@/lib/events/observed-event';
import type { Page } from '../../store';
import { readDetail } from '../event-columns';

/** The columns of a list's row. Bytes that are no text are shown as far as they are. */
export const EVENT_ROW = `id, broker, system, channel, partition, offset, routingKey, toValidUTF8(key) AS keyText, type, source, traceId, spanId, parentSpanId,
  messageId, correlationId, causationId, businessKeys, attempt, publishedAt, publishedAtBy, toUnixTimestamp64Micro(observedAt) AS observed, bodySize, inboxes,
  deadLetter, failureCause, replayId, replayOf`;

const STORY_COLUMNS = 'conversationId, sagaId, detail, failure';

/** What the story of a trace needs beside a list's row. */
export const TRACE_ROW = `${EVENT_ROW}, ${STORY_COLUMNS}`;
/** The same of one trace, whose id is known: each column costs its time. */
export const ROW_OF_TRACE = `${EVENT_ROW.replace(' traceId,', '')}, ${STORY_COLUMNS}`;

/** Newest first and oldest first; the place makes the order whole. */
export const NEWEST_FIRST = 'ORDER BY observedAt DESC, id DESC';
export const OLDEST_FIRST = 'ORDER BY observedAt, tap, batch, idx';

/** `{from}` to `{to}` of a column of time; the engine then looks only at the parts of that time. */
export const IN_RANGE = `observedAt >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND observedAt < fromUnixTimestamp64Micro({to:Int64}, 'UTC')`;

export interface RawEventRow {
  readonly id: string;
  readonly broker: string;
  readonly system: 'kafka' | 'rabbitmq';
  readonly channel: string;
  readonly partition: number;
  readonly offset: number;
  readonly routingKey: string | null;
  readonly keyText: string | null;
  readonly type: string;
  readonly source: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly messageId: string;
  readonly correlationId: string;
  readonly causationId: string;
  readonly businessKeys: readonly { readonly name: string; readonly value: string }[];
  readonly attempt: number;
  readonly publishedAt: number | null;
  readonly publishedAtBy: string;
  readonly observed: number;
  readonly bodySize: number;
  readonly inboxes: readonly { readonly inbox: string; readonly evidence: 'seen' | 'declared' | 'inferred' }[];
  readonly deadLetter: number;
  readonly failureCause: string;
  readonly replayId: string;
  readonly replayOf: string;
}

const said = (value: string): string | null => (value === '' ? null : value);
const known = (value: number): number | null => (value < 0 ? null : value);

export const toEventRow = (raw: RawEventRow): EventRow => ({
  id: raw.id,
  broker: raw.broker,
  system: raw.system,
  channel: raw.channel,
  partition: known(raw.partition),
  offset: known(raw.offset),
  routingKey: raw.routingKey,
  key: raw.keyText,
  type: said(raw.type),
  source: said(raw.source),
  traceId: said(raw.traceId),
  spanId: said(raw.spanId),
  parentSpanId: said(raw.parentSpanId),
  messageId: said(raw.messageId),
  correlationId: said(raw.correlationId),
  causationId: said(raw.causationId),
  businessKeys: raw.businessKeys,
  attempt: known(raw.attempt),
  publishedAt: raw.publishedAt,
  publishedAtBy: said(raw.publishedAtBy) as ClockOwner | null,
  observedAt: raw.observed,
  bodySize: raw.bodySize,
  inboxes: raw.inboxes,
  deadLetter: raw.deadLetter === 1,
  failureCause: said(raw.failureCause),
  replayId: said(raw.replayId),
  replayOf: said(raw.replayOf),
});

export interface RawTraceRow extends RawEventRow {
  readonly conversationId: string;
  readonly sagaId: string;
  readonly detail: string;
  readonly failure: string;
}

export function toTraceRow(raw: RawTraceRow): EventRow {
  const row = toEventRow(raw);
  const { version, schemaId, replyTo, contexts } = readDetail(raw.detail, row);
  const failure = raw.failure === '' ? null : (JSON.parse(raw.failure) as Failure);
  // Not a spread: with so many fields each copy would get a hidden class of its own, and all that reads ten thousand of them be four times as slow.
  return Object.assign(row, {
    conversationId: said(raw.conversationId),
    sagaId: said(raw.sagaId),
    replyTo,
    version,
    schemaId,
    sampled: contexts.find(({ sampled }) => sampled !== null)?.sampled ?? null,
    origin: failure?.firstOrigin ?? null,
    diedIn: failure?.lastOrigin.inbox ?? null,
  });
}

/** A place in a list, (time, id), as opaque text. */
export interface Cursor {
  readonly at: number;
  readonly id: string;
}

export const writeCursor = ({ at, id }: Cursor): string => Buffer.from(JSON.stringify([at, id])).toString('base64url');

/** null for none and for text that is no cursor: a stale link shows the first page. */
export function readCursor(text: string | undefined): Cursor | null {
  if (text === undefined || text === '') return null;
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    return typeof at === 'number' && Number.isSafeInteger(at) && typeof id === 'string' ? { at, id } : null;
  } catch {
    return null;
  }
}

/** `found` holds one row more than `limit` when there is a next page. */
export function toPage<T>(found: readonly T[], limit: number, cut: boolean, cursorOf: (row: T) => Cursor): Page<T> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const more = found.length > limit && last !== undefined;
  return {
    rows,
    next: more ? writeCursor(cursorOf(last)) : null,
    cut: cut ? { shown: rows.length, of: null, why: 'scan-limit' } : more ? { shown: rows.length, of: null, why: 'row-limit' } : null,
  };
}

/**
 * Newest first over a long range, looked at in growing pieces from its end: the usual question is answered by the last minutes, and nothing
 * sorts a day of events for fifty rows. `ask` gets the start of the piece.
 */
export async function backwards<T>(
  range: { from: number; to: number },
  enough: number,
  ask: (from: number) => Promise<{ rows: readonly T[]; cut: boolean }>,
): Promise<{ rows: readonly T[]; cut: boolean }> {
  for (let span = 60_000_000; ; span *= 12) {
    const from = Math.max(range.from, range.to - span);
    const found = await ask(from);
    if (found.cut || found.rows.length >= enough || from <= range.from) return found;
  }
}
