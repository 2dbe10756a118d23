import type { ChannelName, TapName } from '@/lib/events/names';
import type { TapResume } from '@/server/brokers/broker';
import type { StoreClient } from './client';

export type Offsets = Map<ChannelName, Map<number, number>>;

interface OffsetRow {
  readonly channel: ChannelName;
  readonly partition: number;
  readonly next: number;
}

/**
 * The newest batch of a tap, by its accounts (`batch_summaries`, `positions`) and by the events themselves: a process that died between storing and
 * accounting left events without an account. Offsets are the highest of all three.
 */
export async function newestBatch(client: StoreClient, tap: TapName): Promise<TapResume> {
  const [accounted] = await client.rows<{ batch: number; size: number }>(
    `SELECT max(batch) AS batch, argMax(size, batch) AS size FROM (
      SELECT batch, events AS size FROM batch_summaries WHERE traceId = '' AND tap = {tap:String}
      UNION ALL SELECT batch, size FROM positions WHERE tap = {tap:String})`,
    { tap },
  );
  const known = { batch: accounted?.batch ?? 0, size: accounted?.size ?? 0 };
  const [stored] = await client.rows<{ batch: number; size: number }>(
    'SELECT batch, count() AS size FROM events WHERE tap = {tap:String} AND batch > {batch:UInt64} GROUP BY batch ORDER BY batch DESC LIMIT 1',
    { tap, batch: known.batch },
  );
  const newest = stored ?? known;
  const rows = await client.rows<OffsetRow>(
    `SELECT channel, partition, max(next) AS next FROM (
      SELECT o.channel AS channel, o.partition AS partition, o.next AS next FROM batch_summaries ARRAY JOIN offsets AS o WHERE traceId = '' AND tap = {tap:String}
      UNION ALL SELECT o.channel, o.partition, o.next FROM positions ARRAY JOIN offsets AS o WHERE tap = {tap:String}
      UNION ALL SELECT channel, partition, max(offset) + 1 FROM events WHERE tap = {tap:String} AND batch = {batch:UInt64} AND partition >= 0 GROUP BY channel, partition)
    GROUP BY channel, partition`,
    { tap, batch: newest.batch },
  );
  const offsets: Offsets = new Map();
  for (const { channel, partition, next } of rows) {
    const partitions = offsets.get(channel) ?? new Map<number, number>();
    partitions.set(partition, next);
    offsets.set(channel, partitions);
  }
  return { batch: newest.batch, batchSize: newest.size, offsets };
}

export async function savePosition(
  client: StoreClient,
  tap: TapName,
  { batch, size, offsets }: { batch: number; size: number; offsets: Offsets },
): Promise<void> {
  const flat = [...offsets].flatMap(([channel, partitions]) => [...partitions].map(([partition, next]) => ({ channel, partition, next })));
  await client.insert('positions', [{ tap, batch, size, offsets: flat, at: Date.now() * 1000 }]);
}
