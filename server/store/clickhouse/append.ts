import { AppError } from '@/lib/errors';
import type { TapName } from '@/lib/events/names';
import type { StoredBatch } from '../store';
import { ByteWriter } from './byte-writer';
import type { StoreClient } from './client';
import type { EdgeTiers } from './edge-tiers';
import { FENCED } from './errors';
import { eventColumns } from './event-columns';
import { insertMark } from './insert-mark';
import type { Offsets } from './positions';
import { newestBatch, savePosition } from './positions';
import { hasLedgerRow, saveGaps, summarize, waitForInserts } from './summaries';
import { namesOf, structureOf, writeRowBinary } from './wire-codec';

/**
 * Storing one batch. The order is what keeps the promises:
 *
 * 1. gaps, which can be written again, 2. the events, one block into one partition and so whole or not at all [S1], 3. what is computed from
 * them (summaries.ts), which can be computed again. A batch is stored from 2 on; a crash between 2 and 3 is repaired by `tapPosition`.
 *
 * The insert of the events carries its own two conditions, evaluated by the engine before it writes: no newer lease [S5], and no account of
 * this batch yet [S2]. After a failed try (a timeout may hide a success) the writer waits until no insert of the tap is under way and counts.
 */
export interface Appender {
  append(batch: StoredBatch): Promise<void>;
  /** The tap was taken over or looked at anew: forget what was remembered of it. */
  forget(tap: TapName): void;
}

interface TapMemory {
  newest: number;
  /** A batch whose insert failed: it may be stored all the same. */
  unsure: number | null;
  offsets: Offsets;
  sincePosition: number;
}

/** Every so many batches the whole position is written apart from the batches, which a quiet tap would outlive. */
const POSITION_EVERY = 200;
const DAY_MICROS = 86_400_000_000;

/** One block, one part: nothing may cut the data on its way into the table. */
const ONE_BLOCK = [
  'max_block_size = 10000000',
  'max_insert_block_size = 10000000',
  'min_insert_block_size_rows = 10000000',
  'min_insert_block_size_bytes = 4000000000',
  'input_format_parallel_parsing = 0',
  'max_insert_threads = 1',
  'max_threads = 1',
  'async_insert = 0',
  'insert_deduplicate = 0',
].join(', ');

export function createAppender(client: StoreClient, tiers: EdgeTiers): Appender {
  const memories = new Map<TapName, TapMemory>();
  const writer = new ByteWriter();
  /** One encoder, one buffer: taps take turns between encoding and the end of sending. */
  let turn: Promise<unknown> = Promise.resolve();

  const memoryOf = async (tap: TapName): Promise<TapMemory> => {
    const known = memories.get(tap);
    if (known !== undefined) return known;
    const { batch, offsets } = await newestBatch(client, tap);
    const fresh: TapMemory = { newest: batch, unsure: null, offsets: new Map([...offsets].map(([channel, parts]) => [channel, new Map(parts)])), sincePosition: POSITION_EVERY };
    memories.set(tap, fresh);
    return fresh;
  };

  const insertEvents = async (batch: StoredBatch): Promise<void> => {
    const columns = eventColumns(batch);
    const names = namesOf(columns);
    const sql = `INSERT /* ${insertMark(batch.tap)} */ INTO events (${names}) SELECT ${names} FROM input('${structureOf(columns).replaceAll("'", "\\'")}')
      WHERE throwIf((SELECT max(epoch) FROM leases WHERE tap = {tap:String}) > {epoch:UInt32}, '${FENCED}') = 0
        AND (SELECT count() FROM batches WHERE tap = {tap:String} AND batch = {batch:UInt64}) = 0
      SETTINGS ${ONE_BLOCK} FORMAT RowBinary`;
    const mine = turn.then(async () => {
      writer.reset();
      writeRowBinary(writer, columns, batch.events);
      await client.send(sql, writer.view(), { tap: batch.tap, epoch: batch.epoch, batch: batch.number });
    });
    turn = mine.catch(() => {});
    await mine;
  };

  /** True when the batch's events are there already, after a try whose end we did not see. */
  const isStored = async (batch: StoredBatch): Promise<boolean> => {
    await waitForInserts(client, batch.tap);
    const [found] = await client.rows<{ events: number }>('SELECT count() AS events FROM events WHERE tap = {tap:String} AND batch = {batch:UInt64}', {
      tap: batch.tap,
      batch: batch.number,
    });
    return (found?.events ?? 0) > 0;
  };

  return {
    async append(batch) {
      refuseTwoDays(batch);
      const memory = await memoryOf(batch.tap);
      const again = memory.unsure === batch.number;
      if (batch.number <= memory.newest && !again) return;
      memory.unsure = batch.number;
      if (batch.gaps.length > 0) await saveGaps(client, batch);
      if (batch.events.length > 0 && !(again && (await isStored(batch)))) await insertEvents(batch);
      if (!(again && (await hasLedgerRow(client, batch.tap, batch.number)))) await summarize(client, batch);
      remember(memory, batch);
      if (++memory.sincePosition > POSITION_EVERY) {
        await savePosition(client, batch.tap, { batch: batch.number, size: batch.events.length, offsets: memory.offsets });
        memory.sincePosition = 0;
      }
      await tiers.afterBatch(batch.tap, timesOf(batch));
      memory.newest = batch.number;
      memory.unsure = null;
    },
    forget: (tap) => void memories.delete(tap),
  };
}

function remember(memory: TapMemory, batch: StoredBatch): void {
  for (const [channel, partitions] of batch.offsets) {
    const known = memory.offsets.get(channel) ?? new Map<number, number>();
    for (const [partition, next] of partitions) known.set(partition, next);
    memory.offsets.set(channel, known);
  }
}

function refuseTwoDays(batch: StoredBatch): void {
  const times = timesOf(batch);
  if (times === null) return;
  if (!(times.from >= 0 && times.to < 4_102_444_800_000_000)) throw new AppError('store-refused', 'A batch was observed at a time outside 1970 to 2099: check the clock of this machine');
  if (Math.floor(times.from / DAY_MICROS) !== Math.floor(times.to / DAY_MICROS)) {
    throw new AppError('store-refused', 'A batch holds events of two days: it must be split at midnight (UTC), because one batch is one partition');
  }
}

function timesOf(batch: StoredBatch): { from: number; to: number } | null {
  if (batch.events.length === 0) return null;
  let from = Infinity;
  let to = -Infinity;
  for (const { observedAt } of batch.events) {
    if (observedAt < from) from = observedAt;
    if (observedAt > to) to = observedAt;
  }
  return { from, to };
}
