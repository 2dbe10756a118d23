import { writtenRecords } from './written-records';
import type { Scenario } from './scenario';

/** Every fifth batch of summaries aborts after it was written: a reader of committed records sees each input once, another one sees more. */
export const transactionAbort: Scenario = {
  name: 'transaction-abort',
  shows: 'as many summaries as inputs for who reads committed records, more for who does not',
  shape: { orders: 100, mix: 'standard', abortEvery: 5 },
  expected: () => ({ 'seen.uncommitted-more': 1 }),
  measured: async ({ world }) => {
    const written = await writtenRecords(world, 'order-summary');
    return { 'summaries.committed': written.committed, 'seen.uncommitted-more': Number(written.uncommitted > written.committed) };
  },
};
