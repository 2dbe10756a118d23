import { AppError } from '@/lib/errors';
import type { TapName } from '@/lib/events/names';
import type { StoredBatch } from '../store';
import type { SummaryEvent, SummaryHead } from './batch-summary';
import { summarizeBatch, summaryColumns } from './batch-summary';
import { ByteWriter } from './byte-writer';
import type { StoreClient } from './client';
import { noFailure } from './failure-group';
import { insertMark } from './insert-mark';
import { ONE_BLOCK } from './one-block';
import type { RawEventRow } from './queries/event-row';
import { EVENT_ROW, toEventRow } from './queries/event-row';
import { namesOf, structureOf, writeNative } from './wire-codec';

/** What is computed from the events of one batch: the dead letters, then the account with the traces. Each replaces what an earlier run wrote [S2, S4]. */
export async function summarize(client: StoreClient, batch: StoredBatch): Promise<void> {
  if (batch.events.some((event) => event.deadLetter)) await saveDeadLetters(client, batch.tap, batch.number, spanOf(batch.events));
  await saveSummaries(client, batch.events, { ...batch, at: Math.trunc(batch.gaps[0]?.at ?? nowMicros()), storedAt: nowMicros() });
}

/**
 * The newest batch of a tap made whole: a crash between its events and its summaries leaves it without. Computed from what is stored, by the
 * same functions. Returns the batch's times, null when nothing was missing.
 */
export async function repair(client: StoreClient, tap: TapName, number: number): Promise<{ from: number; to: number } | null> {
  if (await hasAccount(client, tap, number)) return null;
  const rows = await client.rows<RawEventRow & { epoch: number; failureInbox: string }>(
    `SELECT ${EVENT_ROW}, epoch, failureInbox FROM events WHERE tap = {tap:String} AND batch = {batch:UInt64} ORDER BY idx`,
    { tap, batch: number },
    { seconds: 60 },
  );
  const [first] = rows;
  if (first === undefined) return null;
  const events = rows.map((raw): SummaryEvent =>
    Object.assign(toEventRow(raw), { failure: raw.deadLetter === 1 ? noFailure(raw.failureInbox) : null }),
  );
  const span = spanOf(events);
  await saveDeadLetters(client, tap, number, span);
  await saveSummaries(client, events, {
    tap,
    broker: first.broker,
    epoch: first.epoch,
    number,
    offsets: await offsetsAfter(client, tap, number, rows),
    at: span.from,
    storedAt: nowMicros(),
  });
  return span;
}

/** Where the tap stood after a batch, by its events and gaps. The next batch may be of other partitions: its account alone would forget these. */
async function offsetsAfter(
  client: StoreClient,
  tap: TapName,
  batch: number,
  rows: readonly RawEventRow[],
): Promise<StoredBatch['offsets']> {
  const gaps = await client.rows<{ channel: string; partition: number; last: number }>(
    `SELECT assumeNotNull(channel) AS channel, assumeNotNull(partition) AS partition, max(assumeNotNull(toOffset)) AS last FROM gaps
    WHERE tap = {tap:String} AND batch = {batch:UInt64} AND channel IS NOT NULL AND partition IS NOT NULL AND toOffset IS NOT NULL
    GROUP BY channel, partition`,
    { tap, batch },
  );
  const offsets = new Map<string, Map<number, number>>();
  for (const { channel, partition, last } of [...rows.map((row) => ({ ...row, last: row.offset })), ...gaps]) {
    if (partition < 0) continue;
    const partitions = offsets.get(channel) ?? new Map<number, number>();
    partitions.set(partition, Math.max(partitions.get(partition) ?? 0, last + 1));
    offsets.set(channel, partitions);
  }
  return offsets;
}

async function saveSummaries(client: StoreClient, events: readonly SummaryEvent[], head: SummaryHead): Promise<void> {
  const columns = summaryColumns(head);
  const names = namesOf(columns);
  const writer = new ByteWriter(4_096);
  writeNative(writer, columns, summarizeBatch(events, head));
  await client.send(
    `INSERT INTO batch_summaries (${names}) SELECT ${names} FROM input('${structureOf(columns)}') SETTINGS ${ONE_BLOCK} FORMAT Native`,
    writer.view(),
  );
}

async function saveDeadLetters(
  client: StoreClient,
  tap: TapName,
  batch: number,
  { from, to }: { from: number; to: number },
): Promise<void> {
  await client.run(
    `INSERT INTO dead_letters (id, at, tap, batch, groupId, cause, message, broker, system, inbox, channel, consumer)
    SELECT id, toUnixTimestamp64Micro(observedAt), tap, batch, failureGroup, failureCause, left(JSONExtractString(failure, 'message'), 500), broker, system, failureInbox, channel,
      JSONExtractString(failure, 'consumer')
    FROM events WHERE tap = {tap:String} AND batch = {batch:UInt64} AND deadLetter = 1
      AND observedAt BETWEEN fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND fromUnixTimestamp64Micro({to:Int64}, 'UTC')`,
    { tap, batch, from: Math.trunc(from), to: Math.trunc(to) },
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

export async function hasAccount(client: StoreClient, tap: TapName, batch: number): Promise<boolean> {
  const [found] = await client.rows<{ found: number }>(
    "SELECT count() AS found FROM batch_summaries WHERE traceId = '' AND tap = {tap:String} AND batch = {batch:UInt64}",
    { tap, batch },
  );
  return (found?.found ?? 0) > 0;
}

const WAIT_FOR_INSERTS_MS = 30_000;

/**
 * Waits until no insert of this tap is under way. An insert decides about its epoch when it begins, and it is in the engine's list before
 * that: whoever looks after the new lease was stored sees every insert that the lease did not stop.
 */
export async function waitForInserts(client: StoreClient, tap: TapName): Promise<void> {
  for (const until = Date.now() + WAIT_FOR_INSERTS_MS; ;) {
    const [running] = await client.rows<{ inserts: number }>(
      "SELECT count() AS inserts FROM system.processes WHERE query LIKE concat('INSERT%', {mark:String}, '%')",
      { mark: insertMark(tap) },
    );
    if ((running?.inserts ?? 0) === 0) return;
    if (Date.now() > until) throw new AppError('store-slow', 'An insert of this tap is still under way', { retryable: true });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** First and last moment of events that are there, µs. */
export function spanOf(events: readonly Pick<SummaryEvent, 'observedAt'>[]): { from: number; to: number } {
  let from = Infinity;
  let to = -Infinity;
  for (const { observedAt } of events) {
    if (observedAt < from) from = observedAt;
    if (observedAt > to) to = observedAt;
  }
  return { from, to };
}

const nowMicros = (): number => Date.now() * 1000;
