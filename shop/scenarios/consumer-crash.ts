import type { Scenario } from './scenario';
import { kill, meanwhile, orders, signUp, untilSent } from './steps';

/** One of two instances dies in the middle of its work: the group gives its partitions to the other, which does again what was not committed. */
export const consumerCrash: Scenario = {
  name: 'consumer-crash',
  shows: 'the rebalance, and what was delivered again',
  shape: { orders: 100, mix: 'standard' },
  steps: [
    signUp,
    meanwhile(orders(), async (run) => {
      await untilSent('inventory.reserved', ({ plan }) => Math.floor(plan.size / 4))(run);
      await kill('inventory-service', 2)(run);
    }),
  ],
};
