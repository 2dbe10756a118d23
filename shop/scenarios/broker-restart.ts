import type { Scenario } from './scenario';
import { meanwhile, orders, restartBroker, signUp, untilSent } from './steps';

/** Each broker goes away once in the middle of the work. Outboxes wait, consumers come back, nothing is missing. */
export const brokerRestart: Scenario = {
  name: 'broker-restart',
  shows: 'taps down, then back, without a hole',
  shape: { orders: 200, mix: 'standard' },
  steps: [
    signUp,
    meanwhile(orders(), async (run) => {
      await untilSent('order.placed', ({ plan }) => Math.floor(plan.size / 4))(run);
      await restartBroker('rabbitmq')(run);
      await untilSent('order.placed', ({ plan }) => Math.floor(plan.size / 2))(run);
      await restartBroker('kafka')(run);
    }),
  ],
  expected: () => ({ 'outbox.pending': 0 }),
};
