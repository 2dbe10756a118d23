import { describe, expect, it } from 'vitest';
import { createQueryBus } from '../../kernel/buses/query-bus';
import { VersionWaiters } from './order-queries';

describe('reading', () => {
  it('[SH6] who waits for a version is let go when it is there, and others go on waiting', async () => {
    const waiters = new VersionWaiters();
    const order: string[] = [];
    const early = waiters.until('o-1', 2, 600_000).then(() => order.push('two'));
    const late = waiters.until('o-1', 3, 600_000).then(() => order.push('three'));
    waiters.reached('o-2', 9);
    waiters.reached('o-1', 1);
    waiters.reached('o-1', 2);
    await early;
    expect(order).toEqual(['two']);
    waiters.reached('o-1', 3);
    await late;
    expect(order).toEqual(['two', 'three']);
  });

  it('[SH6] nobody waits longer than he said', async () => {
    await expect(new VersionWaiters().until('o-1', 2, 1)).resolves.toBeUndefined();
  });

  it('the query bus asks once until it is told that the answer has changed', () => {
    let asked = 0;
    const bus = createQueryBus<{ double: { params: { n: number }; answer: number } }>({ double: ({ n }) => n * 2 + asked++ });
    expect([bus.ask('double', { n: 2 }), bus.ask('double', { n: 2 }), bus.ask('double', { n: 5 })]).toEqual([4, 4, 11]);
    bus.forget('double', { n: 2 });
    expect([bus.ask('double', { n: 2 }), bus.ask('double', { n: 5 })]).toEqual([6, 11]);
    bus.forget('double');
    expect(bus.ask('double', { n: 5 })).toBe(13);
  });
});
