import type { TraceSummary } from '@/lib/contract/traces';
import type { BrokerSystem } from '@/lib/events/names';
import type { Store, TracesQuery } from '../../store';
import type { Parameters, StoreClient } from '../client';
import type { RawEventRow } from './event-row';
import { backwards, EVENT_ROW, IN_RANGE, OLDEST_FIRST, readCursor, toEventRow, toPage } from './event-row';

type TraceQuestions = Pick<Store, 'latestTraces' | 'eventsOfTrace'>;

const SCAN = 20_000_000;

export function traceQuestions(client: StoreClient): TraceQuestions {
  return {
    /** Ordered by the newest event of each trace that fits the filter. Which ones comes from the newest events, what is said of them from the trace index. */
    async latestTraces(query) {
      const after = readCursor(query.after);
      const { where, parameters } = filterTraces(query);
      const candidates = await backwards(query.range, query.limit + 1, (from) =>
        client.read<{ traceId: string; at: number }>(
          `SELECT traceId, toUnixTimestamp64Micro(max(observedAt)) AS at FROM events WHERE ${IN_RANGE} AND traceId != '' ${where}
          GROUP BY traceId ${after === null ? '' : 'HAVING (at, traceId) < ({afterAt:Int64}, {afterId:String})'} ORDER BY at DESC, traceId DESC LIMIT {limit:UInt32}`,
          {
            ...parameters,
            from,
            to: query.range.to,
            limit: query.limit + 1,
            ...(after !== null && { afterAt: after.at, afterId: after.id }),
          },
          { scan: SCAN, beyond: 'cut' },
        ),
      );
      const page = toPage(candidates.rows, query.limit, candidates.cut, (row) => ({ at: row.at, id: row.traceId }));
      const summaries = await summariesOf(
        client,
        page.rows.map((row) => row.traceId),
      );
      return { ...page, rows: page.rows.flatMap((row) => summaries.get(row.traceId) ?? []) };
    },

    async eventsOfTrace(traceId, limit) {
      if (traceId === '' || traceId.length > 1_000) return { events: [], cut: null };
      // The trace index says when the trace was, so that the engine looks at those minutes only. The filter over all ids chooses the granules and is
      // costly to evaluate, so PREWHERE leaves it the rows of this trace alone.
      const [times] = await client.rows<{ first: number; last: number; batches: number }>(
        'SELECT min(first) AS first, max(last) AS last, count() AS batches FROM batch_summaries WHERE traceId = {traceId:String}',
        { traceId },
        { threads: 1 },
      );
      if (times === undefined || times.batches === 0) return { events: [], cut: null };
      const rows = await client.rows<RawEventRow>(
        `SELECT ${EVENT_ROW} FROM events PREWHERE traceId = {traceId:String} WHERE ${IN_RANGE} AND has(ids, {traceId:String}) ${OLDEST_FIRST} LIMIT {limit:UInt32}`,
        { traceId, from: times.first, to: times.last + 1, limit: limit + 1 },
        { threads: 1 },
      );
      const events = rows.slice(0, limit).map(toEventRow);
      if (rows.length <= limit) return { events, cut: null };
      const [whole] = await client.rows<{ events: number }>(
        'SELECT sum(events) AS events FROM batch_summaries FINAL WHERE traceId = {traceId:String}',
        { traceId },
      );
      return { events, cut: { shown: events.length, of: whole?.events ?? null, why: 'row-limit' } };
    },
  };
}

function filterTraces({ service, channel, brokers, onlyErrors }: TracesQuery): { where: string; parameters: Parameters } {
  const conditions: string[] = [];
  const parameters: Record<string, string | readonly string[]> = {};
  if (service !== undefined) {
    conditions.push('AND source = {service:String}');
    parameters.service = service;
  }
  if (channel !== undefined) {
    conditions.push('AND channel = {channel:String}');
    parameters.channel = channel;
  }
  if (brokers !== undefined) {
    conditions.push('AND broker IN {brokers:Array(String)}');
    parameters.brokers = brokers;
  }
  if (onlyErrors === true) conditions.push('AND deadLetter = 1');
  return { where: conditions.join(' '), parameters };
}

interface RawSummary extends Omit<TraceSummary, 'brokers' | 'title'> {
  readonly title: string;
  readonly systems: readonly { readonly broker: string; readonly system: BrokerSystem }[];
}

async function summariesOf(client: StoreClient, traceIds: readonly string[]): Promise<ReadonlyMap<string, TraceSummary>> {
  if (traceIds.length === 0) return new Map();
  const rows = await client.rows<RawSummary>(
    `SELECT traceId, argMin(title, t.first) AS title, min(t.first) AS first, max(t.last) AS last, sum(t.events) AS events, sum(t.errors) AS errors,
      arraySort(groupUniqArrayArray(50)(t.services)) AS services, arraySort(groupUniqArrayArray(20)(t.systems)) AS systems, arraySort(groupUniqArrayArray(10)(t.businessKeys)) AS businessKeys
    FROM batch_summaries AS t FINAL WHERE traceId IN {traceIds:Array(String)} GROUP BY traceId`,
    { traceIds },
  );
  return new Map(rows.map(({ systems, title, ...row }) => [row.traceId, { ...row, title: title === '' ? null : title, brokers: systems }]));
}
