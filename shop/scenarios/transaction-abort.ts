import { writtenRecords } from './written-records';
import { expectedOf } from '../traffic/expected';
import type { Scenario } from './scenario';

/** Every fifth batch of summaries aborts after it was written: a reader of committed records sees each input once, another one sees more. */
export const transactionAbort: Scenario = {
  name: 'transaction-abort',
  shows: 'as many summaries as inputs for who reads committed records, more for who does not',
  shape: { orders: 100, mix: 'standard', abortEvery: 5 },
  // A batch is a second at most: slowly enough for many more than five.
  rate: 10,
  expected: (plan) => {
    const told = expectedOf(plan);
    const inputs = (told['order.placed@kafka'] ?? 0) + (told['order.completed'] ?? 0);
    return { 'seen.committed': inputs, 'seen.uncommitted-more': 1 };
  },
  measured: async ({ world }) => {
    const written = await writtenRecords(world, 'order-summary');
    return { 'seen.committed': written.committed, 'seen.uncommitted-more': Number(written.uncommitted > written.committed) };
  },
};
