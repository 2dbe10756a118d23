import type { GroupPoint, PartitionPoint, QueuePoint } from '@/lib/contract/samples';
import type { Store, TimeRange } from '../../store';
import type { Parameters, StoreClient } from '../client';

type SampleQuestions = Pick<
  Store,
  'saveSamples' | 'latestSamples' | 'samplesOf' | 'groupSeries' | 'queueSeries' | 'allGroupSeries' | 'allQueueSeries'
>;

const SECOND = 1_000_000;
/** As sampled for 6 h, by the minute for 7 days, by ten minutes for 90 days. `every`: how often a sample goes on to this tier, seconds. */
const TIERS = [
  { tier: 0, step: 1, keep: 6 * 3_600, every: 0 },
  { tier: 1, step: 60, keep: 7 * 86_400, every: 10 },
  { tier: 2, step: 600, keep: 90 * 86_400, every: 60 },
] as const;
const MAX_POINTS = 200_000;
const FINE_FOR = 600 * SECOND;
const MOST_AROUND = 10_000;

/** A key for the maps of `allGroupSeries` and `allQueueSeries`. */
export const seriesKey = (broker: string, inbox: string): string => `${broker}\n${inbox}`;

export function sampleQuestions(client: StoreClient): SampleQuestions {
  /** When a sample of an inbox last went to a coarse tier, seconds. */
  const passedOn = new Map<string, number>();
  const tiersFor = (
    table: string,
    { broker, inbox, at }: { broker: string; inbox: string; at: number },
  ): readonly { tier: number; keep: number; bucket: number; at: number }[] =>
    TIERS.flatMap(({ tier, keep, step, every }) => {
      const second = Math.floor(at / SECOND);
      const key = `${table}\n${tier}\n${seriesKey(broker, inbox)}`;
      if (every > 0 && Math.abs(second - (passedOn.get(key) ?? -Infinity)) < every) return [];
      if (every > 0) passedOn.set(key, second);
      return [{ tier, keep, bucket: Math.floor(second / step) * step, at: Math.trunc(at) }];
    });

  return {
    async saveSamples(groups, queues) {
      const groupRows = groups.flatMap((point) =>
        tiersFor('group', point).map((tier) => ({
          ...tier,
          broker: point.broker,
          inbox: point.inbox,
          groupName: point.group,
          topic: point.topic,
          protocol: point.protocol,
          state: point.state,
          members: point.members,
          lag: point.lag,
          stableLag: point.stableLag,
          committed: point.committed,
          endOffset: point.end,
          lost: point.lost,
          partitions: JSON.stringify(point.partitions.map((p) => [p.partition, p.committed, p.logStart, p.end, p.lastStable, p.lag])),
        })),
      );
      const queueRows = queues.flatMap((point) =>
        tiersFor('queue', point).map((tier) => ({
          ...tier,
          broker: point.broker,
          inbox: point.inbox,
          ready: point.ready,
          unacked: point.unacked,
          consumers: point.consumers,
          publishRate: point.publishRate,
          deliverRate: point.deliverRate,
          ackRate: point.ackRate,
          redeliverRate: point.redeliverRate,
          measuredBy: point.by,
        })),
      );
      await Promise.all([client.insert('group_samples', groupRows), client.insert('queue_samples', queueRows)]);
    },

    async latestSamples() {
      const now = Math.floor(Date.now() / 1000);
      // A group seen in the last minutes is in the finest tier; one that went quiet is in the next, for an hour.
      const newest = (table: string, columns: string): string =>
        `SELECT ${columns} FROM ${table} WHERE (tier = 0 AND bucket >= {recent:UInt32}) OR (tier = 1 AND bucket >= {hour:UInt32}) ORDER BY broker, inbox, at DESC LIMIT 1 BY broker, inbox`;
      const since = { recent: now - 120, hour: now - 3_600 };
      const [groups, queues] = await Promise.all([
        client.rows<RawGroup>(newest('group_samples', GROUP_COLUMNS), since),
        client.rows<RawQueue>(newest('queue_samples', QUEUE_COLUMNS), since),
      ]);
      return { groups: groups.map(toGroupPoint), queues: queues.map(toQueuePoint) };
    },

    async groupSeries(broker, inbox, range, points) {
      const { sql, parameters } = thinned(
        'group_samples',
        GROUP_COLUMNS,
        range,
        points,
        'AND broker = {broker:String} AND inbox = {inbox:String}',
      );
      return (await client.rows<RawGroup>(sql, { ...parameters, broker, inbox })).map(toGroupPoint).reverse();
    },
    async queueSeries(broker, inbox, range, points) {
      const { sql, parameters } = thinned(
        'queue_samples',
        QUEUE_COLUMNS,
        range,
        points,
        'AND broker = {broker:String} AND inbox = {inbox:String}',
      );
      return (await client.rows<RawQueue>(sql, { ...parameters, broker, inbox })).map(toQueuePoint).reverse();
    },
    /** As sampled for the first ten minutes, by the minute from there: what happened to a waiting event is decided soon or slowly. */
    async samplesOf(broker, { topics, queues }, range) {
      const fine = Math.min(range.to, range.from + FINE_FOR);
      const ask = async <T>(table: string, columns: string, where: string, names: readonly string[]): Promise<readonly T[]> =>
        names.length === 0
          ? []
          : client.rows<T>(
              `SELECT ${columns} FROM ${table} WHERE broker = {broker:String} AND ${where} AND at >= {from:Int64} AND at < {to:Int64}
              AND bucket >= {bucketFrom:Int64} AND (tier = 1 OR (tier = 0 AND at < {fine:Int64})) ORDER BY at LIMIT ${MOST_AROUND}`,
              {
                broker,
                names,
                from: Math.trunc(range.from),
                to: Math.trunc(range.to),
                fine: Math.trunc(fine),
                bucketFrom: Math.max(0, Math.floor(range.from / SECOND) - 600),
              },
            );
      const [groups, ready] = await Promise.all([
        ask<RawGroup>('group_samples', GROUP_COLUMNS, 'topic IN {names:Array(String)}', topics),
        ask<RawQueue>('queue_samples', QUEUE_COLUMNS, 'inbox IN {names:Array(String)}', queues),
      ]);
      return { groups: groups.map(toGroupPoint), queues: ready.map(toQueuePoint) };
    },
    async allGroupSeries(range, points) {
      const { sql, parameters } = thinned('group_samples', GROUP_COLUMNS.replace(', partitions', ", '[]' AS partitions"), range, points);
      return byInbox((await client.rows<RawGroup>(sql, parameters)).map(toGroupPoint));
    },
    async allQueueSeries(range, points) {
      const { sql, parameters } = thinned('queue_samples', QUEUE_COLUMNS, range, points);
      return byInbox((await client.rows<RawQueue>(sql, parameters)).map(toQueuePoint));
    },
  };
}

const GROUP_COLUMNS =
  'broker, inbox, groupName, topic, at, protocol, state, members, lag, stableLag, committed, endOffset, lost, partitions';
const QUEUE_COLUMNS = 'broker, inbox, at, ready, unacked, consumers, publishRate, deliverRate, ackRate, redeliverRate, measuredBy';

/** The last sample of each step, from the finest tier that still has the range and is not finer than needed. */
function thinned(table: string, columns: string, range: TimeRange, points: number, where = ''): { sql: string; parameters: Parameters } {
  const step = Math.max(1, Math.ceil((range.to - range.from) / SECOND / Math.max(1, points)));
  const age = Date.now() / 1000 - range.from / SECOND;
  const tier = TIERS.findLast((item) => item.step <= step && item.tier > 0)?.tier ?? 0;
  const kept = TIERS.find((item) => item.tier >= tier && item.keep > age)?.tier ?? 2;
  return {
    sql: `SELECT ${columns} FROM ${table} WHERE tier = ${kept} AND bucket >= {bucketFrom:Int64} AND at >= {from:Int64} AND at < {to:Int64} ${where}
      ORDER BY broker, inbox, at DESC LIMIT 1 BY broker, inbox, intDiv(at - {from:Int64}, {step:Int64}) LIMIT ${MAX_POINTS}`,
    parameters: {
      from: Math.trunc(range.from),
      to: Math.trunc(range.to),
      bucketFrom: Math.max(0, Math.floor(range.from / SECOND) - 600),
      step: step * SECOND,
    },
  };
}

function byInbox<T extends { broker: string; inbox: string; at: number }>(points: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const point of points) {
    const key = seriesKey(point.broker, point.inbox);
    const mine = found.get(key);
    if (mine === undefined) found.set(key, [point]);
    else mine.push(point);
  }
  for (const mine of found.values()) mine.reverse();
  return found;
}

interface RawGroup extends Omit<GroupPoint, 'group' | 'end' | 'partitions'> {
  readonly groupName: string;
  readonly endOffset: number | null;
  readonly partitions: string;
}

interface RawQueue extends Omit<QueuePoint, 'by'> {
  readonly measuredBy: QueuePoint['by'];
}

function toGroupPoint({ groupName, endOffset, partitions, ...rest }: RawGroup): GroupPoint {
  const parts = JSON.parse(partitions) as [number, ...(number | null)[]][];
  return {
    ...rest,
    group: groupName,
    end: endOffset,
    partitions: parts.map(([partition, committed = null, logStart = null, end = null, lastStable = null, lag = null]): PartitionPoint => ({
      partition,
      committed,
      logStart,
      end,
      lastStable,
      lag,
    })),
  };
}

const toQueuePoint = ({ measuredBy, ...rest }: RawQueue): QueuePoint => ({ ...rest, by: measuredBy });
