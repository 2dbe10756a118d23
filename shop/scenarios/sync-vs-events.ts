import { together } from './messages';
import type { Scenario, Step } from './scenario';
import { orders, signUp, start, stop, untilSent } from './steps';

const legacyCheckouts: Step = async ({ customers, plan, seen }) => {
  const answers = await together(plan.size, (n) => {
    const { userId, items } = plan.order(n);
    return customers.ask('api-gateway', 'POST', '/legacy/checkout', { orderId: `legacy-${plan.seed}-${n}`, userId, items });
  });
  seen.set('seen.unavailable', answers.filter(({ status }) => status === 503).length);
};

/** One service is away. The old checkout calls in series and fails with it; the new one does not notice. */
export const syncVsEvents: Scenario = {
  name: 'sync-vs-events',
  shows: 'orders unharmed while a service is away',
  shape: { orders: 10, mix: 'web' },
  steps: [
    signUp,
    stop('notification-service'),
    legacyCheckouts,
    orders(),
    untilSent('order.completed', ({ plan }) => plan.size),
    start('notification-service'),
  ],
  expected: (plan) => ({ 'seen.unavailable': plan.size }),
};
