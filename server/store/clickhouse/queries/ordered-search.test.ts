import { describe, expect, it } from 'vitest';
import { AppError, type StoreErrorCode } from '@/lib/errors';
import { widestLook } from './ordered-search';

const refuses = (code: StoreErrorCode): never => {
  throw new AppError(code, 'too much', { retryable: code === 'store-slow' });
};

describe('a search in an order', () => {
  it('[Q29] looks at the whole range where the store can', async () => {
    expect(await widestLook({ from: 0, to: 36_000_000 }, async () => ['row'])).toEqual({
      rows: ['row'],
      searched: { from: 0, to: 36_000_000 },
      cut: null,
    });
  });

  it('[Q29] takes the end of the range that the budget allows, and says so', async () => {
    const looked: number[] = [];
    const found = await widestLook({ from: 0, to: 36_000_000 }, async ({ from, to }) => {
      looked.push(from);
      if (to - from > 30_000_000) refuses('store-refused');
      return to - from > 5_000_000 ? refuses('store-slow') : ['row'];
    });
    expect(found).toEqual({ rows: ['row'], searched: { from: 35_000_000, to: 36_000_000 }, cut: 'time-limit' });
    expect(looked).toEqual([0, 30_000_000, 35_000_000]);
  });

  it('[S6] an end of a second that is still too much, and any other error, is said', async () => {
    await expect(widestLook({ from: 0, to: 36_000_000 }, async () => refuses('store-refused'))).rejects.toThrow('too much');
    await expect(widestLook({ from: 0, to: 36_000_000 }, async () => refuses('store-unreachable'))).rejects.toThrow('too much');
  });
});
