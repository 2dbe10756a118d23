import type { EventRow, TraceSummary } from '@/lib/contract/traces';
import type { BrokerSystem } from '@/lib/events/names';
import { inOurOrder } from '@/lib/traces/in-our-order';
import type { Store } from '../../store';
import type { StoreClient } from '../client';
import type { RawTraceRow } from './event-row';
import { IN_RANGE, OLDEST_FIRST, ROW_OF_TRACE, toTraceRow, TRACE_ROW } from './event-row';

type TraceQuestions = Pick<Store, 'eventsOfTrace' | 'eventsCarrying'>;

export function traceQuestions(client: StoreClient): TraceQuestions {
  return {
    async eventsOfTrace(traceId, limit) {
      if (traceId === '' || traceId.length > 1_000) return { events: [], cut: null };
      // The trace index says when the trace was, so that the engine looks at those minutes only.
      const index = await client.rows<{ first: number; last: number; events: number }>(
        'SELECT first, last, events FROM batch_summaries WHERE traceId = {traceId:String}',
        { traceId },
        { threads: 1 },
      );
      if (index.length === 0) return { events: [], cut: null };
      const times = { from: least(index.map(({ first }) => first)), to: most(index.map(({ last }) => last)) + 1 };
      const ask = async (ending: string): Promise<readonly EventRow[]> => {
        const rows = await client.rows<Omit<RawTraceRow, 'traceId'>>(
          `SELECT ${ROW_OF_TRACE} FROM events PREWHERE traceId = {traceId:String} WHERE ${IN_RANGE}${times.to - times.from > SHORT ? ' AND has(ids, {traceId:String})' : ''} ${ending} LIMIT {limit:UInt32}`,
          { traceId, ...times, limit: limit + 1 },
          { threads: 1, planner: 'older' },
        );
        return rows.map((row) => toTraceRow(Object.assign(row, { traceId })));
      };
      // A short trace is put in order here: the engine pays more for the plan of a sort than for the sort.
      const few = index.reduce((sum, { events }) => sum + events, 0) <= limit;
      let rows = few ? (await ask('')).toSorted(inOurOrder) : await ask(OLDEST_FIRST);
      if (few && rows.length > limit) rows = await ask(OLDEST_FIRST);
      const events = rows.slice(0, limit);
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

/** Within this time (µs) the sort key finds the rows; over more of it the filter over all ids, which is costly to evaluate, leaves out granules. */
const SHORT = 60_000_000;

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);

interface RawSummary extends Omit<TraceSummary, 'brokers' | 'title'> {
  readonly title: string;
  readonly systems: readonly { readonly broker: string; readonly system: BrokerSystem }[];
}

/** Their rows lie in a few places: a second thread costs more than it brings. */
const FEW_TRACES = 10;

export async function summariesOf(client: StoreClient, traceIds: readonly string[]): Promise<ReadonlyMap<string, TraceSummary>> {
  if (traceIds.length === 0) return new Map();
  const rows = await client.rows<RawSummary>(
    `SELECT traceId, argMin(title, t.first) AS title, min(t.first) AS first, max(t.last) AS last, sum(t.events) AS events, sum(t.errors) AS errors,
      arraySort(groupUniqArrayArray(50)(t.services)) AS services, arraySort(groupUniqArrayArray(20)(t.systems)) AS systems, arraySort(groupUniqArrayArray(10)(t.businessKeys)) AS businessKeys
    FROM batch_summaries AS t FINAL WHERE traceId IN {traceIds:Array(String)} GROUP BY traceId`,
    { traceIds },
    { threads: traceIds.length <= FEW_TRACES ? 1 : 2 },
  );
  return new Map(rows.map(({ systems, title, ...row }) => [row.traceId, { ...row, title: title === '' ? null : title, brokers: systems }]));
}
