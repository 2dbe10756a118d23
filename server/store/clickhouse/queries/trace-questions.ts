import type { TraceSummary } from '@/lib/contract/traces';
import type { BrokerSystem } from '@/lib/events/names';
import type { Store } from '../../store';
import type { StoreClient } from '../client';
import type { RawTraceRow } from './event-row';
import { IN_RANGE, OLDEST_FIRST, toTraceRow, TRACE_ROW } from './event-row';

type TraceQuestions = Pick<Store, 'eventsOfTrace' | 'eventsCarrying'>;

export function traceQuestions(client: StoreClient): TraceQuestions {
  return {
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
      const rows = await client.rows<RawTraceRow>(
        `SELECT ${TRACE_ROW} FROM events PREWHERE traceId = {traceId:String} WHERE ${IN_RANGE} AND has(ids, {traceId:String}) ${OLDEST_FIRST} LIMIT {limit:UInt32}`,
        { traceId, from: times.first, to: times.last + 1, limit: limit + 1 },
        { threads: 1 },
      );
      const events = rows.slice(0, limit).map(toTraceRow);
      if (rows.length <= limit) return { events, cut: null };
      const [whole] = await client.rows<{ events: number }>(
        'SELECT sum(events) AS events FROM batch_summaries FINAL WHERE traceId = {traceId:String}',
        { traceId },
      );
      return { events, cut: { shown: events.length, of: whole?.events ?? null, why: 'row-limit' } };
    },

    async eventsCarrying({ ids, range, limit, loose = false }) {
      const asked = ids.filter((id) => id !== '' && id.length <= 1_000).slice(0, 500);
      if (asked.length === 0) return { events: [], cut: null };
      const rows = await client.rows<RawTraceRow>(
        `SELECT ${TRACE_ROW} FROM events WHERE ${IN_RANGE} ${loose ? "AND traceId = ''" : ''} AND hasAny(ids, {ids:Array(String)}) ${OLDEST_FIRST} LIMIT {limit:UInt32}`,
        { ids: asked, from: range.from, to: range.to, limit: limit + 1 },
        { seconds: 5 },
      );
      const events = rows.slice(0, limit).map(toTraceRow);
      return { events, cut: rows.length > limit ? { shown: limit, of: null, why: 'row-limit' } : null };
    },
  };
}

interface RawSummary extends Omit<TraceSummary, 'brokers' | 'title'> {
  readonly title: string;
  readonly systems: readonly { readonly broker: string; readonly system: BrokerSystem }[];
}

export async function summariesOf(client: StoreClient, traceIds: readonly string[]): Promise<ReadonlyMap<string, TraceSummary>> {
  if (traceIds.length === 0) return new Map();
  const rows = await client.rows<RawSummary>(
    `SELECT traceId, argMin(title, t.first) AS title, min(t.first) AS first, max(t.last) AS last, sum(t.events) AS events, sum(t.errors) AS errors,
      arraySort(groupUniqArrayArray(50)(t.services)) AS services, arraySort(groupUniqArrayArray(20)(t.systems)) AS systems, arraySort(groupUniqArrayArray(10)(t.businessKeys)) AS businessKeys
    FROM batch_summaries AS t FINAL WHERE traceId IN {traceIds:Array(String)} GROUP BY traceId`,
    { traceIds },
  );
  return new Map(rows.map(({ systems, title, ...row }) => [row.traceId, { ...row, title: title === '' ? null : title, brokers: systems }]));
}
