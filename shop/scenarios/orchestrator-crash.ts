import type { Scenario } from './scenario';
import { kill, orders, signUp, start, switchFaults, untilSent } from './steps';

/** Shipping is slow until all sagas are open; then the instance that drives them dies, and the other one goes on from the log. */
export const orchestratorCrash: Scenario = {
  name: 'orchestrator-crash',
  shows: 'a gap in every saga, then the resume by the second instance',
  shape: { orders: 20, mix: 'orchestrated' },
  steps: [
    switchFaults({ delays: { 'shipping-commands': 1_000 } }),
    signUp,
    orders(),
    untilSent('payment.completed', ({ plan }) => plan.size),
    kill('saga-orchestrator', 1),
    switchFaults({ delays: {} }),
    start('saga-orchestrator', 1),
  ],
  expected: (plan) => ({ ...commands(plan.size) }),
};

const commands = (size: number): Readonly<Record<string, number>> =>
  Object.fromEntries(['inventory.reserve', 'payment.charge', 'shipping.dispatch', 'order.complete'].map((type) => [type, size]));
