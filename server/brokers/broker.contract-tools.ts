import type { Broker, PartitionSample, Tap, TapBatch, TapGap, TapOptions, TapResume } from './broker';
import { type ChannelName, type EventId, eventIdOfBatch, eventIdOfLog } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';

/** How long a broker may take for anything in the contract; generous, because a busy machine is no fault. */
export const patienceMs = 90_000;

/** Waits for a fact; the only way in which the contract waits. */
export async function until(what: string, fact: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + patienceMs; ;) {
    if (await fact()) return;
    if (Date.now() > end) throw new Error(`waited ${patienceMs / 1000} s in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`waited ${patienceMs / 1000} s in vain: ${what}`)), patienceMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export interface StoredRecord {
  readonly id: EventId;
  readonly record: RawRecord;
}

/**
 * The store as a tap sees it: whole batches, in order, each number once. Whatever a test kills, this stays, and says at the next start where
 * reading goes on.
 */
export class ContractStore {
  readonly records: StoredRecord[] = [];
  readonly gaps: TapGap[] = [];
  private batch = 0;
  private batchSize = 0;
  private epoch = 0;
  private readonly offsets = new Map<ChannelName, Map<number, number>>();

  constructor(
    private readonly broker: Broker,
    private readonly tap: string,
  ) {}

  store(batch: TapBatch): void {
    if (batch.number !== this.batch + 1) throw new Error(`batch ${batch.number} came after batch ${this.batch}`);
    this.batch = batch.number;
    this.batchSize = batch.records.length;
    batch.records.forEach((record, index) => this.records.push({ id: this.idOf(batch, record, index), record }));
    this.gaps.push(...batch.gaps);
    for (const [channel, partitions] of batch.offsets) {
      const known = this.offsets.get(channel) ?? new Map<number, number>();
      for (const [partition, offset] of partitions) known.set(partition, offset);
      this.offsets.set(channel, known);
    }
  }

  idOf(batch: TapBatch, record: RawRecord, index: number): EventId {
    return record.partition !== null && record.offset !== null
      ? eventIdOfLog(this.broker.name, record.channel, record.partition, record.offset)
      : eventIdOfBatch(this.broker.name, this.tap, batch.number, index);
  }

  resume(): TapResume {
    return { batch: this.batch, batchSize: this.batchSize, offsets: this.offsets };
  }

  open(given: Partial<TapOptions> & Pick<TapOptions, 'include'>): Promise<Tap> {
    this.epoch += 1;
    return this.broker.openTap({
      tap: this.tap,
      epoch: this.epoch,
      exclude: [],
      resume: this.resume(),
      maxBodyBytes: 1_048_576,
      maxBufferedBytes: 16 * 1_048_576,
      startAt: 'beginning',
      discoverEveryMs: 200,
      ...given,
    });
  }
}

export const anyAmount = { records: 500, bytes: 8 * 1_048_576 } as const;

export async function nextOf(tap: Tap, limit: { records: number; bytes: number } = anyAmount): Promise<TapBatch> {
  const batch = await within('the tap gives a batch', tap.next(limit));
  if (batch === null) throw new Error('the tap is closed');
  return batch;
}

/** Reads, stores and settles until `count` records (and gaps) are in the store. */
export async function readUntil(
  tap: Tap,
  store: ContractStore,
  count: number,
  limit: { records: number; bytes: number } = anyAmount,
): Promise<void> {
  while (store.records.length + store.gaps.length < count) {
    const batch = await nextOf(tap, limit).catch((error: unknown) => {
      throw new Error(`${store.records.length} of ${count} records came: ${String(error)}`);
    });
    store.store(batch);
    await within('the tap settles a batch', tap.settle(batch));
  }
}

/** Reads, stores and settles whatever comes, until the tap is closed. */
export async function readOn(tap: Tap, store: ContractStore): Promise<void> {
  for (let batch = await tap.next(anyAmount); batch !== null; batch = await tap.next(anyAmount)) {
    store.store(batch);
    // A tap that is closed in between settles nothing more.
    await tap.settle(batch).catch(() => undefined);
  }
}

/** Waits until the tap listens to these channels. */
export const listens = (tap: Tap, channels: readonly ChannelName[]): Promise<void> =>
  until(
    `the tap listens to ${channels.join(', ')}`,
    () => channels.every((channel) => tap.state().channels.includes(channel)) && tap.state().status !== 'starting',
  );

/** Records that wait in one partition: max(0, end − max(committed, logStart)); null when never committed or not known. */
export function lagOf({ committed, logStart, highWatermark }: PartitionSample): number | null {
  if (committed === null || highWatermark === null) return null;
  return Math.max(0, highWatermark - Math.max(committed, logStart ?? 0));
}
