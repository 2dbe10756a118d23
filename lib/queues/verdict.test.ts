import { describe, expect, it } from 'vitest';
import type { QueuePoint } from '@/lib/contract/samples';
import { judgeQueue, levelOfQueue } from './verdict';

const noon = Date.UTC(2026, 10, 21, 12) * 1000;
const aPoint = (second: number, given: Partial<QueuePoint>): QueuePoint => ({
  broker: 'shop-rabbit',
  inbox: 'billing',
  at: noon + second * 1e6,
  ready: 0,
  unacked: 0,
  consumers: 1,
  publishRate: 1,
  deliverRate: 1,
  ackRate: 1,
  redeliverRate: 0,
  by: 'management',
  ...given,
});
const series = (given: (second: number) => Partial<QueuePoint>) =>
  Array.from({ length: 31 }, (_, index) => aPoint(index * 10, given(index * 10)));
const judge = (points: QueuePoint[]) => judgeQueue(points, (points.at(-1)?.at ?? noon) + 1e6);

describe('the verdict on a queue', () => {
  it('[QU1] without a number is unknown, never empty', () => {
    expect(judge([]).verdict).toBe('unknown');
    expect(judge(series(() => ({ ready: null }))).verdict).toBe('unknown');
    expect(
      judgeQueue(
        series(() => ({})),
        noon + 3_600e6,
      ).verdict,
    ).toBe('unknown');
  });

  it('[QU2] is empty when nothing is ready and nothing in hand', () => {
    expect(judge(series(() => ({})))).toEqual({ verdict: 'empty', because: 'Nothing waits.', waitMs: 0 });
    expect(judge(series(() => ({ unacked: 1 }))).verdict).toBe('flowing');
  });

  it('[QU3] says that nobody listens', () => expect(judge(series(() => ({ ready: 3, consumers: 0 }))).verdict).toBe('no-consumers'));

  it('[QU4] is stalled when nothing was acknowledged for a minute, but not when the rates are unknown', () => {
    expect(judge(series(() => ({ ready: 7, ackRate: 0 }))).verdict).toBe('stalled');
    expect(judge(series(() => ({ ready: 7, ackRate: null }))).verdict).toBe('flowing');
    expect(judge(series((s) => ({ ready: 7, ackRate: s > 260 ? 0 : 1 }))).verdict).toBe('flowing');
  });

  it('[QU5] tells filling from draining from flowing', () => {
    expect(judge(series((s) => ({ ready: s * 2 }))).verdict).toBe('filling');
    expect(judge(series((s) => ({ ready: 1000 - s * 2 }))).verdict).toBe('draining');
    expect(judge(series((s) => ({ ready: 40 + (s % 20 ? 1 : 0) }))).verdict).toBe('flowing');
  });

  it('[QU6] estimates the wait by ready ÷ acknowledged, unknown without a rate', () => {
    expect(judge(series(() => ({ ready: 20, ackRate: 4 }))).waitMs).toBe(5000);
    expect(judge(series(() => ({ ready: 20, ackRate: null }))).waitMs).toBeNull();
  });

  it('[QU8] what waits on a step of a retry ladder is nobody’s neglect', () => {
    const points = series(() => ({ ready: 3, consumers: 0, ackRate: 0 }));
    const { verdict, because } = judgeQueue(points, (points.at(-1)?.at ?? 0) + 1, true);
    expect(verdict).toBe('flowing');
    expect(because).toContain('until their time is over');
    expect(
      judgeQueue(
        series(() => ({ ready: 0, consumers: 0 })),
        (points.at(-1)?.at ?? 0) + 1,
        true,
      ).verdict,
    ).toBe('empty');
  });

  it('[QU7] a queue of dead letters needs no consumer, its letters are the warning', () => {
    expect(levelOfQueue('no-consumers', true, 4)).toBe('warn');
    expect(levelOfQueue('no-consumers', true, 0)).toBe('ok');
    expect(levelOfQueue('no-consumers', false, 4)).toBe('bad');
  });
});
