import { together } from './messages';
import type { Scenario, Step } from './scenario';
import { orders, signUp, switchFaults, untilSent } from './steps';

/** Asks for each order's details right after it was answered: first as they are, then with the version that one must see. */
const readOwnWrites: Step = async ({ customers, plan, seen }) => {
  const details = await together(plan.size, (n) => customers.ask('api-gateway', 'GET', `/orders/${plan.order(n).orderId}?minVersion=1`));
  seen.set('seen.fresh', details.filter(({ status, body }) => status === 200 && body.stale !== true).length);
};

const readTooEarly: Step = async ({ customers, plan, seen }) => {
  const details = await together(plan.size, (n) => customers.ask('api-gateway', 'GET', `/orders/${plan.order(n).orderId}?minVersion=99`));
  seen.set('seen.stale', details.filter(({ status, body }) => status === 404 || body.stale === true).length);
};

export const eventualConsistency: Scenario = {
  name: 'eventual-consistency',
  shows: 'the lag of the projections',
  shape: { orders: 20, mix: 'web' },
  steps: [
    switchFaults({ delays: { 'proj-orders:order-log': 500 } }),
    signUp,
    orders(),
    readTooEarly,
    switchFaults({ delays: {} }),
    untilSent('order.completed', ({ plan }) => plan.size),
    readOwnWrites,
  ],
  expected: (plan) => ({ 'seen.stale': plan.size, 'seen.fresh': plan.size }),
};
