import type { Scenario } from './scenario';

export const paymentFailure: Scenario = {
  name: 'payment-failure',
  shows: 'undo of what was done, 10 sagas compensated',
  shape: { orders: 100, mix: 'standard', share: { declined: { of100: 10 } } },
};
