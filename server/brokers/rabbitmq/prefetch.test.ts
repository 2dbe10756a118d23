import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstPrefetch, MAX_PREFETCH, nextPrefetch } from './prefetch';

const bytes = fc.integer({ min: 1, max: 2 ** 31 });

describe('how many messages the broker may send ahead', () => {
  it('[R18] begins with as many of the largest as fit, and with a few where not even four do', () => {
    expect(firstPrefetch(64 * 2 ** 20, 2 ** 20)).toBe(64);
    expect(firstPrefetch(2 ** 20, 2 ** 20)).toBe(4);
  });

  it('[R18] what is sent ahead fits the budget, or is one message; it grows by one step at a time and falls at once', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (budget, largest, average) => {
        const current = firstPrefetch(budget, largest);
        const next = nextPrefetch(current, average, budget);
        expect(next).toBeGreaterThanOrEqual(1);
        expect(next).toBeLessThanOrEqual(MAX_PREFETCH);
        if (next > 1) expect(next * average).toBeLessThanOrEqual(budget);
        expect(next).toBeLessThanOrEqual(Math.max(4, current * 4));
      }),
    );
    expect(nextPrefetch(10_000, 2 ** 20, 2 ** 22)).toBe(4);
  });
});
