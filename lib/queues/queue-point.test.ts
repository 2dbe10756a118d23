import { describe, expect, it } from 'vitest';
import { toQueuePoint, type QueueNumbers } from './queue-point';

const at = 1_795_000_000_000;
const numbers = (second: number, over: Partial<QueueNumbers> = {}): QueueNumbers => ({
  inbox: 'orders',
  ready: 3,
  unacked: 1,
  consumers: 2,
  published: 100,
  delivered: 90,
  acked: 80,
  redelivered: 0,
  measuredAt: at + second * 1000,
  by: 'management',
  ...over,
});
const fast = (second: number): QueueNumbers =>
  numbers(second, { ready: 9, unacked: null, published: null, delivered: null, acked: null, redelivered: null, by: 'passive-declare' });

describe('toQueuePoint', () => {
  it('[M10] makes rates of counters over the time between the numbers', () => {
    const first = toQueuePoint('rabbit', numbers(0), null, 1);
    expect(first.point).toMatchObject({ ready: 3, publishRate: null, ackRate: null });
    const second = toQueuePoint('rabbit', numbers(5, { published: 150, acked: 130 }), first.memory, 2);
    expect(second.point).toMatchObject({ publishRate: 10, ackRate: 10, deliverRate: 0, at: 2 });
    expect(toQueuePoint('rabbit', numbers(5, { published: 150, acked: 130 }), second.memory, 3).point).toMatchObject({ publishRate: 10 });
  });

  it('[M11] a counter that fell gives no rate, the next one does', () => {
    const first = toQueuePoint('rabbit', numbers(0), null, 1);
    const restarted = toQueuePoint('rabbit', numbers(5, { published: 4, acked: 2, delivered: 3 }), first.memory, 2);
    expect(restarted.point).toMatchObject({ publishRate: null, ackRate: null });
    expect(toQueuePoint('rabbit', numbers(10, { published: 14, acked: 12, delivered: 13 }), restarted.memory, 3).point).toMatchObject({
      publishRate: 2,
      ackRate: 2,
    });
  });

  it('[M12] a fast look keeps the last rates for 30 s', () => {
    const first = toQueuePoint('rabbit', numbers(0), null, 1);
    const second = toQueuePoint('rabbit', numbers(5, { published: 150 }), first.memory, 2);
    expect(toQueuePoint('rabbit', fast(6), second.memory, 3).point).toMatchObject({
      ready: 9,
      unacked: 1,
      publishRate: 10,
      by: 'passive-declare',
    });
    expect(toQueuePoint('rabbit', fast(40), second.memory, 4).point).toMatchObject({ ready: 9, unacked: null, publishRate: null });
  });
});
