import type { Scenario, Step } from './scenario';
import { meanwhile, orders, pause, signUp, switchFaults } from './steps';

const HELD = 200;
const BURST = 250;

/** Calls that hold their place: what is beyond the bulkhead and its queue is refused at once. */
const holdCalls: Step = async ({ customers, seen }) => {
  const answers = await Promise.all(Array.from({ length: HELD }, () => customers.ask('api-gateway', 'POST', '/users/held', {})));
  seen.set('seen.let-in', answers.filter(({ status }) => status < 500).length);
  seen.set('seen.refused', answers.filter(({ status }) => status === 503).length);
};

const burst: Step = async ({ customers, seen }) => {
  const answers = await Promise.all(Array.from({ length: BURST }, () => customers.ask('api-gateway', 'GET', '/stock/lamp')));
  seen.set('seen.limited', answers.filter(({ status }) => status === 429).length);
};

/** The card gateway is away for ten seconds: the breaker opens, tries once, closes; every order completes. */
export const circuitOpen: Scenario = {
  name: 'circuit-open',
  shows: 'a dip of payments, then the recovery',
  shape: { orders: 40, mix: 'web' },
  rate: 10,
  steps: [
    signUp,
    switchFaults({ cardGatewayDown: true }),
    meanwhile(orders(), async (run) => {
      await pause(10_000)(run);
      await switchFaults({ cardGatewayDown: false })(run);
    }),
    holdCalls,
    burst,
  ],
  expected: () => ({ 'seen.let-in': 15, 'seen.refused': HELD - 15, 'seen.limited': BURST - 200 }),
};
