import type { RawRecord } from '@/lib/events/observed-event';
import type { TapGap } from '@/server/brokers/broker';
import { Signal } from './signal';

/** What one fetch gave for one partition, waiting to be taken. */
export interface Chunk {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly RawRecord[];
  readonly gaps: readonly TapGap[];
  /** Offset behind the last thing in it. */
  readonly nextOffset: number;
  readonly bytes: number;
}

export interface Taken {
  readonly records: RawRecord[];
  readonly gaps: TapGap[];
  readonly offsets: Map<string, Map<number, number>>;
}

interface Waiting extends Chunk {
  taken: number;
}

/** A record's object, its views and its place in lists, roughly. */
const OVERHEAD = 300;

/**
 * Between the readers and `next()`: a queue of chunks with a known size in bytes. Readers ask for room before they fetch; what the source
 * gives is in order per partition and leaves in the same order.
 */
export class RecordBuffer {
  private chunks: Waiting[] = [];
  private progress = new Map<string, Map<number, number>>();
  private held = 0;
  private hasContent = 0;
  private readonly filled = new Signal();
  private readonly emptied = new Signal();

  constructor(private readonly most: number) {}

  get bytes(): number {
    return this.held;
  }

  get room(): number {
    return this.most - this.held;
  }

  /** Adds a chunk; one without record and gap only moves the offsets that the next batch reports. */
  push(chunk: Chunk): void {
    if (
      chunk.records.length === 0 &&
      chunk.gaps.length === 0 &&
      !this.chunks.some((one) => one.topic === chunk.topic && one.partition === chunk.partition)
    ) {
      setOffset(this.progress, chunk.topic, chunk.partition, chunk.nextOffset);
      return;
    }
    this.chunks.push({ ...chunk, taken: 0 });
    this.held += sizeOf(chunk);
    if (chunk.records.length > 0 || chunk.gaps.length > 0) {
      this.hasContent++;
      this.filled.wake();
    }
  }

  /** Whether a record or a gap waits. */
  hasAny(): boolean {
    return this.hasContent > 0;
  }

  /** Resolves when there is a record or a gap, or when woken by `wake`. */
  async content(): Promise<boolean> {
    if (this.hasContent === 0) await this.filled.wait(null);
    return this.hasContent > 0;
  }

  waitForRoom(ms: number): Promise<void> {
    return this.emptied.wait(ms);
  }

  wake(): void {
    this.filled.wake();
    this.emptied.wake();
  }

  /** All that is here within the limits, at least one record. */
  take(limit: { readonly records: number; readonly bytes: number }): Taken {
    const taken: Taken = { records: [], gaps: [], offsets: this.progress };
    this.progress = new Map();
    let bytes = 0;
    let whole = 0;
    for (const chunk of this.chunks) {
      const each = chunk.records.length === 0 ? 0 : sizeOf(chunk) / chunk.records.length;
      const left = chunk.records.length - chunk.taken;
      const first = taken.records.length === 0 ? 1 : 0;
      const fits = Math.max(
        first,
        Math.min(limit.records - taken.records.length, each === 0 ? left : Math.floor((limit.bytes - bytes) / each)),
      );
      if (fits <= 0 && left > 0) break;
      const count = Math.min(left, fits);
      bytes += count * each;
      this.move(chunk, count, taken);
      if (chunk.taken < chunk.records.length) break;
      whole++;
    }
    this.drop(whole);
    if (this.room > 0) this.emptied.wake();
    return taken;
  }

  private move(chunk: Waiting, count: number, taken: Taken): void {
    const end = chunk.taken + count;
    for (let i = chunk.taken; i < end; i++) taken.records.push(chunk.records[i] as RawRecord);
    const next = chunk.records[end]?.offset ?? chunk.nextOffset;
    const from = chunk.taken === 0 ? Number.NEGATIVE_INFINITY : (chunk.records[chunk.taken]?.offset ?? Number.NEGATIVE_INFINITY);
    for (const gap of chunk.gaps) {
      const at = gap.fromOffset ?? Number.NEGATIVE_INFINITY;
      if (at < next && at >= from) taken.gaps.push(gap);
    }
    chunk.taken = end;
    setOffset(taken.offsets, chunk.topic, chunk.partition, next);
  }

  private drop(count: number): void {
    for (const chunk of this.chunks.splice(0, count)) this.forget(chunk);
  }

  private forget(chunk: Chunk): void {
    this.held -= sizeOf(chunk);
    if (chunk.records.length > 0 || chunk.gaps.length > 0) this.hasContent--;
  }

  /** Forgets everything: it will be read again. */
  clear(): void {
    this.drop(this.chunks.length);
    this.progress = new Map();
    this.emptied.wake();
  }
}

const sizeOf = (chunk: Chunk): number => chunk.bytes + OVERHEAD * (chunk.records.length + chunk.gaps.length);

export function setOffset(offsets: Map<string, Map<number, number>>, topic: string, partition: number, offset: number): void {
  const ofTopic = offsets.get(topic);
  if (ofTopic === undefined) offsets.set(topic, new Map([[partition, offset]]));
  else ofTopic.set(partition, offset);
}
