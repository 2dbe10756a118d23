import { fateOf } from '../traffic/expected';
import type { Scenario } from './scenario';

const SENDS = 4;

/** Shipping stays silent for 3 of 20: the orchestrator asks four times in all, then undoes. */
export const sagaTimeout: Scenario = {
  name: 'saga-timeout',
  shows: 'attempts and timers of the orchestrator',
  shape: { orders: 20, mix: 'orchestrated', share: { 'silent-shipping': { of100: 15 } } },
  expected: (plan) => {
    const silent = plan.orders().filter((order) => fateOf(order) === 'silent').length;
    return {
      'sent.shipping.dispatch': plan.size - silent + SENDS * silent,
      'shipping.cancel': silent,
      'payment.refund': silent,
      'inventory.release': silent,
      'order.cancel': silent,
    };
  },
};
