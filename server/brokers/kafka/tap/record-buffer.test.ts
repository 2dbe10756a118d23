import { describe, expect, it } from 'vitest';
import type { RawRecord } from '@/lib/events/observed-event';
import type { TapGap } from '@/server/brokers/broker';
import { RecordBuffer, type Chunk, type Taken } from './record-buffer';

const record = (offset: number): RawRecord => ({ offset }) as RawRecord;
const gap = (fromOffset: number, toOffset = fromOffset): TapGap => ({ fromOffset, toOffset }) as TapGap;
const chunk = (partition: number, offsets: readonly number[], nextOffset: number, gaps: readonly TapGap[] = []): Chunk => ({
  topic: 't',
  partition,
  records: offsets.map(record),
  gaps,
  nextOffset,
  bytes: offsets.length * 100,
});
const ALL = { records: 1_000, bytes: 1_000_000 };
const shape = (taken: Taken) => ({
  records: taken.records.map((one) => one.offset),
  gaps: taken.gaps.map((one) => one.fromOffset),
  offsets: Object.fromEntries(taken.offsets.get('t') ?? []),
});

describe('the buffer between reader and next()', () => {
  it('gives all there is, with the offset behind it', () => {
    const buffer = new RecordBuffer(10_000);
    buffer.push(chunk(0, [0, 1], 2));
    buffer.push(chunk(1, [7], 10));
    expect(shape(buffer.take(ALL))).toEqual({ records: [0, 1, 7], gaps: [], offsets: { 0: 2, 1: 10 } });
    expect(buffer.bytes).toBe(0);
  });

  it('[K11] cuts a chunk at the limit: the offset is that of the first record left behind, and a gap goes with its place', () => {
    const buffer = new RecordBuffer(10_000);
    buffer.push(chunk(0, [0, 1, 5, 6], 9, [gap(2, 4), gap(7, 8)]));
    expect(shape(buffer.take({ records: 2, bytes: 1_000_000 }))).toEqual({ records: [0, 1], gaps: [2], offsets: { 0: 5 } });
    expect(shape(buffer.take({ records: 1, bytes: 1_000_000 }))).toEqual({ records: [5], gaps: [], offsets: { 0: 6 } });
    expect(shape(buffer.take(ALL))).toEqual({ records: [6], gaps: [7], offsets: { 0: 9 } });
  });

  it('gives at least one record, however small the limit', () => {
    const buffer = new RecordBuffer(10_000);
    buffer.push(chunk(0, [0, 1], 2));
    expect(shape(buffer.take({ records: 10, bytes: 1 })).records).toEqual([0]);
  });

  it('[K15] progress without an event waits for the next batch and never overtakes records', async () => {
    const buffer = new RecordBuffer(10_000);
    buffer.push(chunk(0, [], 5));
    let content = false;
    const waiting = buffer.content().then((has) => (content = has));
    await Promise.resolve();
    expect(content).toBe(false);
    buffer.push(chunk(1, [3], 4));
    await waiting;
    buffer.push(chunk(1, [], 6));
    expect(shape(buffer.take({ records: 1, bytes: 1 }))).toEqual({ records: [3], gaps: [], offsets: { 0: 5, 1: 6 } });
  });

  it('wakes for a gap alone', async () => {
    const buffer = new RecordBuffer(10_000);
    const waiting = buffer.content();
    buffer.push(chunk(0, [], 4, [gap(2, 3)]));
    expect(await waiting).toBe(true);
    expect(shape(buffer.take(ALL))).toEqual({ records: [], gaps: [2], offsets: { 0: 4 } });
  });

  it('[K7] says when it is full and frees readers when it is emptied', async () => {
    const buffer = new RecordBuffer(500);
    buffer.push(chunk(0, [0, 1], 2));
    expect(buffer.room).toBeLessThanOrEqual(0);
    const freed = buffer.waitForRoom(60_000);
    buffer.take(ALL);
    await freed;
    expect(buffer.room).toBe(500);
  });

  it('forgets everything on demand', () => {
    const buffer = new RecordBuffer(500);
    buffer.push(chunk(0, [0, 1], 2));
    buffer.clear();
    expect(buffer.bytes).toBe(0);
    expect(shape(buffer.take(ALL))).toEqual({ records: [], gaps: [], offsets: {} });
  });
});
