import { AppError } from '@/lib/errors';
import type { TapName } from '@/lib/events/names';
import type { StoredBatch } from '../store';
import { ByteWriter } from './byte-writer';
import type { StoreClient } from './client';
import type { EdgeTiers } from './edge-tiers';
import { FENCED } from './errors';
import { eventColumns } from './event-columns';
import { fieldColumn } from './field-index/field-column';
import type { FieldsSince } from './field-index/fields-since';
import { insertMark } from './insert-mark';
import { ONE_BLOCK } from './one-block';
import type { Offsets } from './positions';
import { newestBatch, savePosition } from './positions';
import { hasAccount, saveGaps, spanOf, summarize, waitForInserts } from './summaries';
import { namesOf, structureOf, writeNative } from './wire-codec';

/**
 * Storing one batch. The order is what keeps the promises:
 *
 * 1. gaps, which can be written again, 2. the events, one block into one partition and so whole or not at all [S1], the numbers of their values
 * (field-index) among them, 3. what is computed from them (summaries.ts), which can be computed again. A batch is stored from 2 on; a crash
 * between 2 and 3 is repaired by `tapPosition`.
 *
 * The insert of the events carries its own condition, evaluated by the engine before it writes: no newer lease [S5]. So a tap has one writer,
 * and the writer remembers its newest batch: what is not newer is stored already [S2]. After a failed try (a timeout may hide a success) it
 * waits until no insert of the tap is under way, and looks.
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

export function createAppender(client: StoreClient, tiers: EdgeTiers, fields: FieldsSince): Appender {
  const memories = new Map<TapName, TapMemory>();
  const writer = new ByteWriter();
  const fieldValues = fields.kept ? [fieldColumn()] : [];
  /** One encoder, one buffer: taps take turns between encoding and the end of sending. */
  let turn: Promise<unknown> = Promise.resolve();

  const memoryOf = async (tap: TapName): Promise<TapMemory> => {
    const known = memories.get(tap);
    if (known !== undefined) return known;
    const { batch, offsets } = await newestBatch(client, tap);
    const fresh: TapMemory = {
      newest: batch,
      unsure: null,
      offsets: new Map([...offsets].map(([channel, parts]) => [channel, new Map(parts)])),
      sincePosition: POSITION_EVERY,
    };
    memories.set(tap, fresh);
    return fresh;
  };

  const insertEvents = async (batch: StoredBatch): Promise<void> => {
    const columns = [...eventColumns(batch), ...fieldValues];
    const names = namesOf(columns);
    const sql = `INSERT /* ${insertMark(batch.tap)} */ INTO events (${names}) SELECT ${names} FROM input('${structureOf(columns).replaceAll("'", "\\'")}')
      WHERE throwIf((SELECT max(epoch) FROM leases WHERE tap = {tap:String}) > {epoch:UInt32}, '${FENCED}') = 0
      SETTINGS ${ONE_BLOCK} FORMAT Native`;
    const mine = turn.then(async () => {
      writer.reset();
      writeNative(writer, columns, batch.events);
      await client.send(sql, writer.view(), { tap: batch.tap, epoch: batch.epoch });
    });
    turn = mine.catch(() => {});
    await mine;
  };

  /** True when the batch's events are there already, after a try whose end we did not see. */
  const isStored = async (batch: StoredBatch): Promise<boolean> => {
    await waitForInserts(client, batch.tap);
    const [found] = await client.rows<{ events: number }>(
      'SELECT count() AS events FROM events WHERE tap = {tap:String} AND batch = {batch:UInt64}',
      {
        tap: batch.tap,
        batch: batch.number,
      },
    );
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
      const isThere = batch.events.length === 0 || (again && (await isStored(batch)));
      await fields.begin();
      if (!isThere) await insertEvents(batch);
      if (!(again && (await hasAccount(client, batch.tap, batch.number)))) await summarize(client, batch);
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
  if (!(times.from >= 0 && times.to < 4_102_444_800_000_000))
    throw new AppError('store-refused', 'A batch was observed at a time outside 1970 to 2099: check the clock of this machine');
  if (Math.floor(times.from / DAY_MICROS) !== Math.floor(times.to / DAY_MICROS)) {
    throw new AppError(
      'store-refused',
      'A batch holds events of two days: it must be split at midnight (UTC), because one batch is one partition',
    );
  }
}

const timesOf = (batch: StoredBatch): { from: number; to: number } | null => (batch.events.length === 0 ? null : spanOf(batch.events));
