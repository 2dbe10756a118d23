import { AppError } from '@/lib/errors';
import type { TapName } from '@/lib/events/names';
import type { StoredBatch } from '../store';
import type { Parameters, StoreClient } from './client';
import { insertMark } from './insert-mark';

/**
 * What is computed from the events of one batch, always by the engine and always out of the table `events`: the account with the edges, the
 * trace index, the dead letters. Each replaces what an earlier run wrote [S2, S4].
 */
export async function summarize(client: StoreClient, batch: StoredBatch): Promise<void> {
  const times = batch.events.map((event) => event.observedAt);
  const scope: Scope = {
    tap: batch.tap,
    batch: batch.number,
    from: times.reduce((a, b) => Math.min(a, b), Infinity),
    to: times.reduce((a, b) => Math.max(a, b), -Infinity),
  };
  const letters = batch.events.some((event) => event.deadLetter);
  const traced = batch.events.some((event) => event.traceId !== null);
  // The account goes last: where it is, everything is.
  await Promise.all([traced && saveTraces(client, scope), letters && saveDeadLetters(client, scope)]);
  if (times.length === 0) await saveEmptyAccount(client, batch);
  else await saveAccount(client, scope, batch);
}

/** The newest batch of a tap, which a crash may have left without its summaries, made whole. Returns its times, null when it has no events. */
export async function repair(client: StoreClient, tap: TapName, number: number): Promise<{ from: number; to: number } | null> {
  const [found] = await client.rows<{ events: number; from: number; to: number; epoch: number; broker: string }>(
    `SELECT count() AS events, toUnixTimestamp64Micro(min(observedAt)) AS from, toUnixTimestamp64Micro(max(observedAt)) AS to, max(epoch) AS epoch, any(broker) AS broker
    FROM events WHERE tap = {tap:String} AND batch = {batch:UInt64}`,
    { tap, batch: number },
  );
  if (found === undefined || found.events === 0) return null;
  const scope: Scope = { tap, batch: number, from: found.from, to: found.to };
  await saveTraces(client, scope);
  await saveDeadLetters(client, scope);
  if (!(await hasLedgerRow(client, tap, number))) await saveAccount(client, scope, { broker: found.broker, epoch: found.epoch, offsets: new Map() });
  return { from: found.from, to: found.to };
}

interface Scope {
  readonly tap: TapName;
  readonly batch: number;
  readonly from: number;
  readonly to: number;
}

/** The batch's rows; its times keep the engine from looking at all others. */
const OF_BATCH = `tap = {tap:String} AND batch = {batch:UInt64} AND observedAt BETWEEN fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND fromUnixTimestamp64Micro({to:Int64}, 'UTC')`;
const parametersOf = ({ tap, batch, from, to }: Scope): Parameters => ({ tap, batch, from, to });

/** Counts as lib/topology/edges.ts: one publish or dead-letter per event, one route per inbox [E1–E3]. */
async function saveAccount(client: StoreClient, scope: Scope, { broker, epoch, offsets }: Pick<StoredBatch, 'broker' | 'epoch' | 'offsets'>): Promise<void> {
  await client.run(
    `INSERT INTO batches (tap, batch, epoch, broker, minAt, maxAt, storedAt, events, errors, edges, offsets)
    SELECT {tap:String}, {batch:UInt64}, {epoch:UInt32}, {broker:String}, min(low), max(high), {at:Int64},
      sumIf(n, kind != 'route'), sumIf(failed, kind != 'route'), groupArray((kind, bucket, source, channel, inbox, n, failed, high)),
      arrayZip({channels:Array(String)}, {partitions:Array(Int32)}, {nexts:Array(Int64)})
    FROM (
      SELECT edge.1 AS kind, toUnixTimestamp(observedAt) AS bucket, edge.2 AS source, channel, edge.3 AS inbox,
        toUInt32(count()) AS n, toUInt32(countIf(deadLetter = 1)) AS failed, min(micros) AS low, max(micros) AS high
      FROM (
        SELECT observedAt, toUnixTimestamp64Micro(observedAt) AS micros, toString(channel) AS channel, deadLetter,
          arrayJoin(arrayConcat(
            [if(deadLetter = 1, ('dead-letter', '', toString(failureInbox)), ('publish', toString(source), ''))],
            arrayMap(inbox -> ('route', '', toString(inbox)), inboxes.inbox))) AS edge
        FROM events WHERE ${OF_BATCH})
      GROUP BY kind, bucket, source, channel, inbox)
    HAVING sum(n) > 0`,
    { ...parametersOf(scope), broker, epoch, at: nowMicros(), ...offsetParameters(offsets) },
  );
}

/** Only markers or gaps: nothing to count, but a number that was used and offsets that were passed. */
async function saveEmptyAccount(client: StoreClient, { tap, number, epoch, broker, offsets, gaps }: StoredBatch): Promise<void> {
  const at = gaps[0]?.at ?? nowMicros();
  const flat = [...offsets].flatMap(([channel, partitions]) => [...partitions].map(([partition, next]) => ({ channel, partition, next })));
  await client.insert('batches', [{ tap, batch: number, epoch, broker, minAt: at, maxAt: at, storedAt: nowMicros(), events: 0, errors: 0, edges: [], offsets: flat }]);
}

function offsetParameters(offsets: StoredBatch['offsets']): Parameters {
  const flat = [...offsets].flatMap(([channel, partitions]) => [...partitions].map(([partition, next]) => ({ channel, partition, next })));
  return { channels: flat.map((row) => row.channel), partitions: flat.map((row) => row.partition), nexts: flat.map((row) => row.next) };
}

async function saveTraces(client: StoreClient, scope: Scope): Promise<void> {
  await client.run(
    `INSERT INTO trace_batches (traceId, tap, batch, first, last, events, errors, title, services, systems, businessKeys)
    SELECT traceId, {tap:String}, {batch:UInt64}, min(toUnixTimestamp64Micro(observedAt)), max(toUnixTimestamp64Micro(observedAt)), count(), countIf(deadLetter = 1),
      argMin(type, (observedAt, idx)), groupUniqArrayIf(50)(source, source != ''), groupUniqArray(20)((broker, system)), groupUniqArrayArray(10)(businessKeys)
    FROM events WHERE ${OF_BATCH} AND traceId != '' GROUP BY traceId`,
    parametersOf(scope),
  );
}

async function saveDeadLetters(client: StoreClient, scope: Scope): Promise<void> {
  await client.run(
    `INSERT INTO dead_letters (id, at, tap, batch, groupId, cause, message, broker, system, inbox, channel, consumer)
    SELECT id, toUnixTimestamp64Micro(observedAt), tap, batch, failureGroup, failureCause, left(JSONExtractString(failure, 'message'), 500), broker, system, failureInbox, channel,
      JSONExtractString(failure, 'consumer')
    FROM events WHERE ${OF_BATCH} AND deadLetter = 1`,
    parametersOf(scope),
  );
}

export async function saveGaps(client: StoreClient, { tap, number, gaps }: StoredBatch): Promise<void> {
  await client.insert(
    'gaps',
    gaps.map((gap, idx) => ({
      tap,
      batch: number,
      idx,
      channel: gap.channel,
      partition: gap.partition,
      fromOffset: gap.fromOffset,
      toOffset: gap.toOffset,
      count: gap.count,
      reason: gap.reason,
      detail: gap.detail,
      at: Math.trunc(gap.at),
    })),
  );
}

export async function hasLedgerRow(client: StoreClient, tap: TapName, batch: number): Promise<boolean> {
  const [found] = await client.rows<{ rows: number }>('SELECT count() AS rows FROM batches WHERE tap = {tap:String} AND batch = {batch:UInt64}', { tap, batch });
  return (found?.rows ?? 0) > 0;
}

const WAIT_FOR_INSERTS_MS = 30_000;

/**
 * Waits until no insert of this tap is under way. An insert decides about its epoch when it begins, and it is in the engine's list before
 * that: whoever looks after the new lease was stored sees every insert that the lease did not stop.
 */
export async function waitForInserts(client: StoreClient, tap: TapName): Promise<void> {
  for (const until = Date.now() + WAIT_FOR_INSERTS_MS; ; ) {
    const [running] = await client.rows<{ inserts: number }>(
      "SELECT count() AS inserts FROM system.processes WHERE query LIKE concat('INSERT%', {mark:String}, '%')",
      { mark: insertMark(tap) },
    );
    if ((running?.inserts ?? 0) === 0) return;
    if (Date.now() > until) throw new AppError('store-slow', 'An insert of this tap is still under way', { retryable: true });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const nowMicros = (): number => Date.now() * 1000;
