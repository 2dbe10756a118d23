import { isAppError } from '@/lib/errors';
import type { FacetField, TraceSummary } from '@/lib/contract/traces';
import type { BrokerSystem } from '@/lib/events/names';
import { SETTLED_AFTER } from '@/lib/traces/consumption';
import { flowRef } from '@/lib/traces/flow-ref';
import { type SearchNode, termsOf } from '@/lib/search/query';
import type { SearchAnswer, SearchQuery, Store, TimeRange } from '../../store';
import type { Parameters, ReadLimits, StoreClient } from '../client';
import { fieldsIndexedSince } from '../field-index/fields-since';
import { fieldValuesCondition } from './field-search';
import { readSearchCursor, searchInOrder, writeSearchCursor } from './ordered-search';
import { compileSearch, type ConsumedPlaces, IN_SEARCHED_TIME, nothingConsumed } from './search-sql';
import { TOGETHER, TOGETHER_OR_ALONE } from './together';
import { summariesOf } from './trace-questions';

type SearchQuestions = Pick<Store, 'search' | 'searchVolume' | 'searchFacet'>;

/** Rows and seconds one look may cost; more than that is another search. */
const SCAN = 20_000_000;
const SECONDS = 4;
const FIRST_LOOK = 60_000_000;
const WIDER = 12;
const AROUND = 3_600_000_000;
/** The index over values names the rows: so many are looked at in the whole range at once. A value that is in more of them is found soon anyhow. */
const FEW_ROWS = 400_000;

export function searchQuestions(client: StoreClient): SearchQuestions {
  return {
    /** Without an order: newest first by the newest event that was found. Looks backwards in growing steps, and says how far it came. */
    async search(query) {
      const { limit } = query;
      // A page that follows looks at the time of the first one: a range that ends now would move what came since to a page that was shown.
      const after = query.order === undefined ? readSearchCursor(query.after) : null;
      const range = after?.searched ?? query.range;
      const condition = await conditionOf(client, { ...query, range });
      const together = query.node === null ? TOGETHER : TOGETHER_OR_ALONE;
      if (query.order !== undefined) {
        const { order } = query;
        const since = await indexedSince(client, condition);
        const index = (part: TimeRange): string => before(condition, since, part);
        const asked = { range, together, condition, index, order, after: query.after, limit: limit + 1 };
        const found = await searchInOrder(client, asked, { scan: SCAN, seconds: SECONDS });
        return answerOf(client, found, limit, ({ weight, ref }) => writeSearchCursor({ weight, ref, searched: found.searched }));
      }
      const look = (from: number, to: number, before: string, limits: ReadLimits) =>
        client.read<{ ref: string; at: number }>(
          `SELECT ${together} AS ref, toUnixTimestamp64Micro(max(observedAt)) AS at FROM events ${before} WHERE ${IN_SEARCHED_TIME} AND ref != '~' AND ${condition.sql}
          GROUP BY ref ${after === null ? '' : 'HAVING (at, ref) < ({afterAt:Int64}, {afterId:String})'} ORDER BY at DESC, ref DESC LIMIT {limit:UInt32}`,
          {
            ...condition.parameters,
            from,
            to,
            limit: limit + 1,
            ...(after !== null && { afterAt: after.weight, afterId: after.ref }),
          },
          { seconds: SECONDS, ...limits },
        );
      const { values } = condition;
      const [since, few] = await Promise.all([
        indexedSince(client, condition),
        values === null ? null : unlessTooMuch(look(range.from, range.to, onlyWith(values), { scan: FEW_ROWS, beyond: 'throw' })),
      ]);
      const found =
        few !== null && since !== null && since <= range.from
          ? { rows: few.rows, from: range.from, cut: null }
          : await searchBackwards(range, limit + 1, after === null, (from, to) =>
              look(from, to, before(condition, since, { from, to }), { scan: SCAN, beyond: 'cut' }),
            );
      return answerOf(client, { ...found, searched: { from: found.from, to: range.to } }, limit, ({ at, ref }) =>
        writeSearchCursor({ weight: at, ref, searched: range }),
      );
    },

    async searchVolume(query, points) {
      const { range } = query;
      const condition = await conditionOf(client, query);
      const index = before(condition, await indexedSince(client, condition), range);
      const step = Math.max(1_000_000, Math.ceil((range.to - range.from) / points / 1_000_000) * 1_000_000);
      const found = await client.read<{ at: number; events: number; errors: number }>(
        `SELECT intDiv(toUnixTimestamp64Micro(observedAt), {step:Int64}) * {step:Int64} AS at, count() AS events, countIf(deadLetter = 1) AS errors FROM events ${index}
        WHERE ${IN_SEARCHED_TIME} AND ${condition.sql} GROUP BY at ORDER BY at`,
        { ...condition.parameters, from: range.from, to: range.to, step },
        { scan: SCAN, beyond: 'cut', seconds: SECONDS },
      );
      const counted = new Map(found.rows.map((row) => [row.at, row]));
      const steps: { at: number; events: number; errors: number }[] = [];
      for (let at = Math.floor(range.from / step) * step; at < range.to; at += step)
        steps.push(counted.get(at) ?? { at, events: 0, errors: 0 });
      return steps;
    },

    async searchFacet(query, field, limit) {
      const { range } = query;
      const condition = await conditionOf(client, query);
      const index = before(condition, await indexedSince(client, condition), range);
      const found = await client.read<{ value: string; traces: number }>(
        `SELECT ${FACETS[field]} AS value, uniq(${TOGETHER_OR_ALONE}) AS traces FROM events ${index}
        WHERE ${IN_SEARCHED_TIME} AND value != '' AND ${condition.sql} GROUP BY value ORDER BY traces DESC, value LIMIT {limit:UInt32}`,
        { ...condition.parameters, from: range.from, to: range.to, limit },
        { scan: SCAN, beyond: 'cut', seconds: SECONDS },
      );
      return found.rows;
    },
  };
}

/** `found` holds one row more than `limit` where a next page is. */
async function answerOf<Row extends { readonly ref: string }>(
  client: StoreClient,
  found: Pick<SearchAnswer, 'searched'> & { readonly rows: readonly Row[]; readonly cut: 'scan-limit' | 'time-limit' | null },
  limit: number,
  cursorOf: (last: Row) => string,
): Promise<SearchAnswer> {
  const { searched } = found;
  const rows = found.rows.slice(0, limit);
  const last = rows.at(-1);
  const more = found.rows.length > limit && last !== undefined;
  const summaries = await describe(
    client,
    rows.map((row) => row.ref),
    searched,
  );
  return {
    rows: rows.flatMap((row) => summaries.get(row.ref) ?? []),
    next: more ? cursorOf(last) : null,
    searched,
    cut: found.cut !== null || more ? { shown: rows.length, of: null, why: found.cut ?? 'row-limit' } : null,
  };
}

const FACETS: Readonly<Record<FacetField, string>> = {
  service: 'toString(source)',
  channel: 'toString(channel)',
  type: 'toString(type)',
  status: "multiIf(deadLetter = 1, 'dead-lettered', failureCause != '', 'failed', attempt > 1, 'retried', 'ok')",
};

interface Condition {
  readonly sql: string;
  readonly parameters: Parameters;
  /** What the index over values asks of a row; null when it cannot tell. */
  readonly values: string | null;
}

async function conditionOf(
  client: StoreClient,
  { node, brokers, range }: Pick<SearchQuery, 'node' | 'brokers' | 'range'>,
): Promise<Condition> {
  // A trace counts whole, also what of it lies around the range.
  const around = Math.min(AROUND, range.to - range.from);
  const consumed = node !== null && asksWhatWaits(node) ? await consumedPlaces(client) : nothingConsumed;
  const { sql, parameters } = node === null ? { sql: '1', parameters: {} } : compileSearch(node, consumed);
  return {
    sql: brokers === undefined ? sql : `broker IN {brokers:Array(String)} AND ${sql}`,
    parameters: {
      ...parameters,
      rangeFrom: range.from,
      rangeTo: range.to,
      aroundFrom: range.from - around,
      aroundTo: range.to + around,
      ...(brokers !== undefined && { brokers }),
    },
    values: node === null ? null : fieldValuesCondition(node),
  };
}

const indexedSince = async (client: StoreClient, { values }: Condition): Promise<number | null> =>
  values === null ? null : fieldsIndexedSince(client);

/** What is asked of a row before anything else of it is read. Rows from before the index are all read. */
function before({ values }: Condition, since: number | null, { from, to }: { from: number; to: number }): string {
  if (values === null || since === null || since >= to) return '';
  return onlyWith(since <= from ? values : `(observedAt < fromUnixTimestamp64Micro(${Math.trunc(since)}, 'UTC') OR ${values})`);
}

const onlyWith = (condition: string): string => `PREWHERE ${condition}`;

/** null when the engine, which knows the rows before it reads them, would have to read too many, or took too long. */
async function unlessTooMuch<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (isAppError(error) && (error.code === 'store-refused' || error.code === 'store-slow')) return null;
    throw error;
  }
}

const asksWhatWaits = (node: SearchNode): boolean => termsOf(node).some(({ field, value }) => field === 'status' && value === 'unconsumed');

/**
 * Steps of 1 min, 12 min, 2 h 24 min … from the end of the range, each whole. [S6] A step that would cost too much is not taken: what the one
 * before found is the answer, and `from` says how far it came.
 */
async function searchBackwards<T>(
  range: { from: number; to: number },
  enough: number,
  fresh: boolean,
  look: (from: number, to: number) => Promise<{ rows: readonly T[]; cut: boolean }>,
): Promise<{ rows: readonly T[]; from: number; cut: 'scan-limit' | 'time-limit' | null }> {
  let before: { rows: readonly T[]; from: number } | null = null;
  // Where nothing was found nothing has to be looked at again, unless a cursor hid what was found.
  let { to } = range;
  for (let span = FIRST_LOOK; ; span *= WIDER) {
    const from = Math.max(range.from, range.to - span);
    try {
      const found = await look(from, to);
      if (found.cut) return before === null ? { rows: found.rows, from, cut: 'scan-limit' } : { ...before, cut: 'scan-limit' };
      if (found.rows.length >= enough || from <= range.from) return { rows: found.rows, from, cut: null };
      before = { rows: found.rows, from };
      if (fresh && found.rows.length === 0) to = from;
    } catch (error) {
      if (before === null || !isAppError(error) || error.code !== 'store-slow') throw error;
      return { ...before, cut: 'time-limit' };
    }
  }
}

/** Longer than any usual time between two samples of everything. */
const GONE_AFTER = 600_000_000;

/** Where each group stands, and when each queue was last seen empty, as the samples of the last day tell. */
async function consumedPlaces(client: StoreClient): Promise<ConsumedPlaces> {
  const [groups, queues] = await Promise.all([
    client.rows<{ broker: string; topic: string; at: number; partitions: string }>(
      `SELECT broker, topic, at, partitions FROM group_samples WHERE at >= {since:Int64} ORDER BY at DESC LIMIT 1 BY broker, inbox LIMIT 5000`,
      { since: (Date.now() - 86_400_000) * 1_000 },
    ),
    client.rows<{ broker: string; inbox: string; emptied: number }>(
      `SELECT broker, inbox, max(if(measuredBy = 'engine', at, at - ${SETTLED_AFTER})) AS emptied FROM queue_samples WHERE at >= {since:Int64} AND ready = 0 AND ifNull(unacked, 0) = 0 GROUP BY broker, inbox LIMIT 5000`,
      { since: (Date.now() - 86_400_000) * 1_000 },
    ),
  ]);
  const committed = new Map<string, number>();
  const newest = new Map<string, number>();
  for (const { broker, at } of groups) newest.set(broker, Math.max(newest.get(broker) ?? 0, at));
  for (const { broker, topic, at: sampled, partitions } of groups)
    // A group that is no longer sampled is gone: it waits for nothing.
    for (const [partition, at] of sampled < (newest.get(broker) ?? 0) - GONE_AFTER
      ? []
      : (JSON.parse(partitions) as [number, number | null][])) {
      const place = `${broker}\n${topic}\n${partition}`;
      if (at !== null) committed.set(place, Math.min(committed.get(place) ?? Number.MAX_SAFE_INTEGER, at));
    }
  return { committed, emptied: new Map(queues.map(({ broker, inbox, emptied }) => [`${broker}\n${inbox}`, emptied])) };
}

/** Traces from the trace index, flows from their events of the searched time. A flow whose id a trace carries too is that trace. */
async function describe(
  client: StoreClient,
  refs: readonly string[],
  searched: { from: number; to: number },
): Promise<ReadonlyMap<string, TraceSummary>> {
  const flows = refs.flatMap((ref) => flowRef(ref) ?? []);
  const [traces, loose] = await Promise.all([
    summariesOf(
      client,
      refs.filter((ref) => flowRef(ref) === null),
    ),
    flows.length === 0 ? [] : client.rows<RawFlow>(FLOWS, { flows, from: searched.from, to: searched.to }),
  ]);
  const all = new Map<string, TraceSummary>(traces);
  for (const { systems, title, ref, ...row } of loose)
    all.set(ref, { ...row, traceId: ref, title: title === '' ? null : title, brokers: systems, inferred: true });
  return all;
}

interface RawFlow extends Omit<TraceSummary, 'traceId' | 'brokers' | 'title' | 'inferred'> {
  readonly ref: string;
  readonly title: string;
  readonly systems: readonly { readonly broker: string; readonly system: BrokerSystem }[];
}

const FLOWS = `SELECT ${TOGETHER_OR_ALONE} AS ref, argMin(type, observedAt) AS title, toUnixTimestamp64Micro(min(observedAt)) AS first, toUnixTimestamp64Micro(max(observedAt)) AS last,
    count() AS events, countIf(deadLetter = 1) AS errors, arrayFilter(s -> s != '', arraySort(groupUniqArray(50)(source))) AS services,
    arraySort(groupUniqArray(20)(tuple(broker, system)::Tuple(broker String, system String))) AS systems,
    arraySort(groupUniqArrayArray(10)(e.businessKeys)) AS businessKeys
  FROM events AS e WHERE ${IN_SEARCHED_TIME} AND traceId = '' AND hasAny(ids, {flows:Array(String)}) GROUP BY ref HAVING ref IN (SELECT concat('~', arrayJoin({flows:Array(String)})))`;
