import { isAppError } from '@/lib/errors';
import type { TracesOrder, TracesOrderBy } from '@/lib/traces/traces-order';
import type { TimeRange } from '../../store';
import type { Parameters, StoreClient } from '../client';
import { IN_SEARCHED_TIME } from './search-sql';

/**
 * A search that is ordered by what its traces are: how long, how many events. Unlike the list by time it cannot stop at the first hundred, so it
 * takes the longest part of the range, from its end, that the budget allows as a whole.
 */
export interface OrderedLook {
  readonly rows: readonly { readonly ref: string; readonly weight: number }[];
  readonly searched: TimeRange;
  readonly cut: 'scan-limit' | 'time-limit' | null;
}

/** Where a page ended. It keeps the part that was looked at: a page that looked at another one would miss rows or show them twice. */
interface SearchCursor {
  readonly weight: number;
  readonly ref: string;
  readonly searched: TimeRange;
}

const OF_BATCHES: Readonly<Record<TracesOrderBy, string>> = {
  started: 'min(t.first)',
  duration: 'max(t.last) - min(t.first)',
  events: 'sum(t.events)',
  errors: 'sum(t.errors)',
};

const OF_EVENTS: Readonly<Record<TracesOrderBy, string>> = {
  started: 'toUnixTimestamp64Micro(min(observedAt))',
  duration: 'toUnixTimestamp64Micro(max(observedAt)) - toUnixTimestamp64Micro(min(observedAt))',
  events: 'count()',
  errors: 'countIf(deadLetter = 1)',
};

export interface OrderedQuestion {
  readonly range: TimeRange;
  /** What stands together, as an expression over `events` that has `~` alone for what stands nowhere. */
  readonly together: string;
  readonly condition: { readonly sql: string; readonly parameters: Parameters };
  /** What is asked of a row before it is read, in this part of the time. */
  readonly index: (part: TimeRange) => string;
  readonly order: TracesOrder;
  readonly after: string | undefined;
  readonly limit: number;
}

/**
 * A trace is weighed by its batches up to the end of the range and some time before its beginning (as long as the range, an hour at most), so
 * that a trace that began earlier counts whole; a flow by its events in the range.
 */
export async function searchInOrder(
  client: StoreClient,
  { range, together, condition, index, order, after, limit }: OrderedQuestion,
  limits: { readonly scan: number; readonly seconds: number },
): Promise<OrderedLook> {
  const cursor = readSearchCursor(after);
  const found = (part: TimeRange, more: string): string =>
    `SELECT ${together} AS ref FROM events ${index(part)} WHERE ${IN_SEARCHED_TIME} AND ref != '~' AND ${more} AND ${condition.sql}`;
  const past = cursor === null ? '' : `WHERE (weight, ref) ${order.down ? '<' : '>'} ({afterWeight:Int64}, {afterRef:String})`;
  const direction = order.down ? 'DESC' : 'ASC';
  const look = async (searched: TimeRange) =>
    client.rows<{ ref: string; weight: number }>(
      `SELECT ref, weight FROM (
        SELECT traceId AS ref, toInt64(${OF_BATCHES[order.by]}) AS weight FROM batch_summaries AS t FINAL
        WHERE t.last >= {batchesFrom:Int64} AND t.first < {to:Int64} AND traceId IN (${found(searched, "traceId != ''")}) GROUP BY traceId
        UNION ALL
        SELECT ${together} AS ref, toInt64(${OF_EVENTS[order.by]}) AS weight FROM events
        WHERE ${IN_SEARCHED_TIME} AND traceId = '' AND ref IN (${found(searched, "traceId = ''")}) GROUP BY ref
      ) ${past} ORDER BY weight ${direction}, ref ${direction} LIMIT {limit:UInt32}`,
      {
        ...condition.parameters,
        ...searched,
        batchesFrom: searched.from - Math.min(AROUND, searched.to - searched.from),
        limit,
        ...(cursor !== null && { afterWeight: cursor.weight, afterRef: cursor.ref }),
      },
      limits,
    );
  if (cursor !== null)
    return { rows: await look(cursor.searched), searched: cursor.searched, cut: cursor.searched.from > range.from ? 'scan-limit' : null };
  return widestLook(range, look);
}

const AROUND = 3_600_000_000;
const NARROWER = 6;
const SHORTEST = 1_000_000;

/** The whole range, or the longest of its ends (a sixth, a sixth of that …) that the store can look at within its limits. */
export async function widestLook<T>(
  range: TimeRange,
  look: (part: TimeRange) => Promise<readonly T[]>,
): Promise<{ readonly rows: readonly T[]; readonly searched: TimeRange; readonly cut: 'scan-limit' | 'time-limit' | null }> {
  let cut: 'scan-limit' | 'time-limit' | null = null;
  for (let span = range.to - range.from; ; span = Math.ceil(span / NARROWER)) {
    const searched = { from: range.to - span, to: range.to };
    try {
      return { rows: await look(searched), searched, cut };
    } catch (error) {
      if (!isAppError(error) || span <= SHORTEST) throw error;
      if (error.code === 'store-slow') cut = 'time-limit';
      else if (error.code === 'store-refused') cut = 'scan-limit';
      else throw error;
    }
  }
}

export const writeSearchCursor = ({ weight, ref, searched }: SearchCursor): string =>
  Buffer.from(JSON.stringify([weight, ref, searched.from, searched.to])).toString('base64url');

/** null for none and for text that is no cursor of ours: a stale link shows the first page. */
export function readSearchCursor(text: string | undefined): SearchCursor | null {
  if (text === undefined || text === '') return null;
  try {
    const [weight, ref, from, to] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    const whole = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value);
    return whole(weight) && typeof ref === 'string' && whole(from) && whole(to) && from < to
      ? { weight, ref, searched: { from, to } }
      : null;
  } catch {
    return null;
  }
}
