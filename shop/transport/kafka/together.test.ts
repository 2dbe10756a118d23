import { describe, expect, it, vi } from 'vitest';
import { together } from './together';

const LIMITS = { sizeOf: (item: string) => item.length, most: 3, size: 100 };

/** Work that ends when the test says so. */
function slow() {
  const loads: (readonly string[])[] = [];
  const ends: { done: () => void; failed: (error: Error) => void }[] = [];
  const work = (items: readonly string[]): Promise<void> => {
    loads.push(items);
    return new Promise((done, failed) => void ends.push({ done, failed }));
  };
  return { loads, ends, work };
}

describe('records of one producer', () => {
  it('[SM7] go one request at a time, and what comes meanwhile goes together, in order', async () => {
    const { loads, ends, work } = slow();
    const send = together(work, LIMITS);
    const all = ['a', 'b', 'c', 'd', 'e'].map((item) => send([item]));
    expect(loads).toEqual([['a']]);
    ends[0]!.done();
    await all[0];
    await vi.waitFor(() => expect(loads[1]).toEqual(['b', 'c', 'd']));
    ends[1]!.done();
    await vi.waitFor(() => expect(loads[2]).toEqual(['e']));
    ends[2]!.done();
    await Promise.all(all);
  });

  it('[SM7] a bad one fails alone', async () => {
    const sent: string[] = [];
    const send = together(async (items: readonly string[]) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (items.includes('bad')) throw new Error('bad');
      sent.push(...items);
    }, LIMITS);
    const outcomes = await Promise.allSettled(['a', 'b', 'bad', 'c'].map((item) => send([item])));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it('[SM7] what is too much for one request waits for the next', async () => {
    const loads: number[] = [];
    const send = together(async (items: readonly string[]) => void loads.push(items.length), { ...LIMITS, most: 100, size: 25 });
    await Promise.all(Array.from({ length: 5 }, () => send(['0123456789'])));
    expect(loads).toEqual([1, 2, 2]);
  });
});
