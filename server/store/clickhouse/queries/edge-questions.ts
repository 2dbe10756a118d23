import type { SeriesPoint } from '@/lib/contract/samples';
import type { EdgeFilter, EdgeTotal, Store, TimeRange } from '../../store';
import type { Parameters, StoreClient } from '../client';
import { TIERS } from '../edge-tiers';

type EdgeQuestions = Pick<Store, 'edges' | 'edgeSeries' | 'volume' | 'names'>;

const SCAN = 100_000_000;
const MAX_EDGES = 20_000;
const SECOND = 1_000_000;

export function edgeQuestions(client: StoreClient): EdgeQuestions {
  const edges = async (
    range: TimeRange,
    grouped: string,
    having: EdgeFilter = {},
    points = 1,
  ): Promise<{ sql: string; parameters: Parameters }> => {
    const source = await edgeRows(client, range, points);
    const filter = filterEdges(having);
    return {
      sql: grouped.replace('EDGES', `(${source.sql}) WHERE 1 ${filter.where}`),
      parameters: { ...source.parameters, ...filter.parameters },
    };
  };
  return {
    async edges(range) {
      const { sql, parameters } = await edges(
        range,
        `SELECT kind, broker, source, channel, inbox, sum(n) AS count, sum(bad) AS failed, max(newest) AS last FROM EDGES
        GROUP BY kind, broker, source, channel, inbox ORDER BY count DESC LIMIT ${MAX_EDGES}`,
      );
      const rows = await client.rows<Omit<EdgeTotal, 'source' | 'inbox'> & { source: string; inbox: string }>(sql, parameters, {
        scan: SCAN,
      });
      return rows.map((row) => ({ ...row, source: row.source || null, inbox: row.inbox || null }));
    },

    async edgeSeries(edge, range, points) {
      const step = stepOf(range, points);
      const { sql, parameters } = await edges(
        range,
        'SELECT intDiv(second - {start:Int64}, {step:Int64}) AS slot, sum(n) AS count FROM EDGES GROUP BY slot ORDER BY slot',
        edge,
        points,
      );
      const rows = await client.rows<{ slot: number; count: number }>(
        sql,
        { ...parameters, start: step.start, step: step.seconds },
        { scan: SCAN },
      );
      const counts = new Map(rows.map((row) => [row.slot, row.count]));
      const series: SeriesPoint[] = step.slots.map((at, slot) => ({
        at,
        value: (counts.get(slot) ?? 0) / step.seconds,
        min: null,
        max: null,
      }));
      return { name: 'rate', unit: 'events/s', points: series };
    },

    async volume(range, points, broker) {
      const step = stepOf(range, points);
      const { sql, parameters } = await edges(
        range,
        "SELECT intDiv(second - {start:Int64}, {step:Int64}) AS slot, sum(n) AS events, sum(bad) AS errors FROM EDGES AND kind != 'route' GROUP BY slot ORDER BY slot",
        broker === undefined ? {} : { broker },
        points,
      );
      const rows = await client.rows<{ slot: number; events: number; errors: number }>(
        sql,
        { ...parameters, start: step.start, step: step.seconds },
        { scan: SCAN },
      );
      const found = new Map(rows.map((row) => [row.slot, row]));
      return step.slots.map((at, slot) => ({ at, events: found.get(slot)?.events ?? 0, errors: found.get(slot)?.errors ?? 0 }));
    },

    async names() {
      const now = Date.now() * 1000;
      const { sql, parameters } = await edges(
        { from: now - 7 * 86_400 * SECOND, to: now + 3_600 * SECOND },
        `SELECT source, broker, channel FROM EDGES GROUP BY source, broker, channel LIMIT ${MAX_EDGES}`,
      );
      const rows = await client.rows<{ source: string; broker: string; channel: string }>(sql, parameters, { scan: SCAN });
      const channels = new Map(rows.map((row) => [`${row.broker}\n${row.channel}`, { broker: row.broker, channel: row.channel }]));
      return {
        services: [...new Set(rows.flatMap((row) => (row.source === '' ? [] : [row.source])))].sort(),
        channels: [...channels.values()].sort((a, b) => (a.channel + a.broker < b.channel + b.broker ? -1 : 1)),
      };
    },
  };
}

/** Equal steps over a range, ≤ `points` of them, whole seconds. The first begins at the range's start. */
function stepOf(range: TimeRange, points: number): { start: number; seconds: number; slots: readonly number[] } {
  const start = Math.floor(range.from / SECOND);
  const length = Math.max(1, Math.ceil(range.to / SECOND) - start);
  const exact = Math.max(1, Math.ceil(length / Math.max(1, points)));
  const tier = tierOf(range, points);
  const seconds = tier === 1 ? exact : Math.ceil(exact / tier) * tier;
  const aligned = tier === 1 ? start : Math.floor(start / tier) * tier;
  const slots: number[] = [];
  for (let at = aligned; at * SECOND < range.to; at += seconds) slots.push(at * SECOND);
  return { start: aligned, seconds, slots };
}

/**
 * Which stored step answers a range, in seconds: 1 = the batches themselves. Long ranges and old ones take a coarser step, whose start is
 * rounded down to it.
 */
function tierOf(range: TimeRange, points: number): number {
  const length = (range.to - range.from) / SECOND;
  const age = Date.now() / 1000 - range.from / SECOND;
  const fine = length / Math.max(1, points);
  if (length <= 1_800) return 1;
  const [ten, minute, tenMinutes] = TIERS;
  if (length <= 86_400 && age < ten.keepDays * 86_400 && (points > 1 ? fine >= ten.step : true)) return ten.step;
  if (points > 1 && fine < ten.step && length <= 7_200) return 1;
  return age < minute.keepDays * 86_400 && length <= 14 * 86_400 ? minute.step : tenMinutes.step;
}

/** Rows (second, broker, kind, source, channel, inbox, n, bad, newest) of a range: stored steps up to each tap's mark, batches after it. */
async function edgeRows(client: StoreClient, range: TimeRange, points: number): Promise<{ sql: string; parameters: Parameters }> {
  const step = tierOf(range, points);
  const marks =
    step === 1
      ? []
      : await client.rows<{ tap: string; upTo: number }>(
          'SELECT tap, max(upTo) AS upTo FROM edge_marks WHERE step = {step:UInt16} GROUP BY tap',
          { step },
        );
  const from = Math.floor(Math.floor(range.from / SECOND) / step) * step;
  const parameters: Parameters = {
    edgesFrom: from,
    edgesTo: Math.ceil(range.to / SECOND),
    markTaps: ['', ...marks.map((mark) => mark.tap)],
    marks: [0, ...marks.map((mark) => mark.upTo)],
  };
  const mark = 'transform(toString(tap), {markTaps:Array(String)}, {marks:Array(UInt32)}, toUInt32(0))';
  const fresh = `SELECT e.bucket AS second, systems[1].broker AS broker, e.kind AS kind, e.source AS source, e.channel AS channel, e.inbox AS inbox, e.count AS n, e.failed AS bad, e.last AS newest
    FROM batch_summaries FINAL ARRAY JOIN edges AS e
    WHERE traceId = '' AND batch_summaries.last >= {edgesFrom:Int64} * ${SECOND} AND first < {edgesTo:Int64} * ${SECOND} AND batch_summaries.last >= toInt64(${mark}) * ${SECOND}
      AND e.bucket >= {edgesFrom:Int64} AND e.bucket < {edgesTo:Int64} AND e.bucket >= ${mark}`;
  if (step === 1) return { sql: fresh, parameters };
  const stored = `SELECT bucket AS second, broker, kind, source, channel, inbox, count AS n, failed AS bad, last AS newest
    FROM edge_tiers FINAL WHERE step = ${step} AND bucket >= {edgesFrom:Int64} AND bucket < {edgesTo:Int64} AND bucket < ${mark}`;
  return { sql: `${stored} UNION ALL ${fresh}`, parameters };
}

function filterEdges({ broker, kind, source, channel, inbox }: EdgeFilter): { where: string; parameters: Parameters } {
  const given = Object.entries({ broker, kind, source, channel, inbox }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    where: given.map(([name]) => `AND ${name} = {only_${name}:String}`).join(' '),
    parameters: Object.fromEntries(given.map(([name, value]) => [`only_${name}`, value])),
  };
}
