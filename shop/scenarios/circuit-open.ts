import type { Scenario, Step } from './scenario';
import { meanwhile, orders, pause, signUp, switchFaults, until } from './steps';

const HELD = 200;
/** Five under way and ten that wait their turn. */
const LET_IN = 15;
const BURST = 250;

/** Calls that hold their place until they are let go: what is beyond the bulkhead and its queue is refused at once. */
const holdCalls: Step = async (run) => {
  const { customers, plan, seen } = run;
  const hold = { until: `held-${plan.seed}` };
  let refused = 0;
  const calls = Array.from({ length: HELD }, async () => {
    const { body } = await customers.ask('api-gateway', 'POST', '/users/held', hold);
    refused += Number(body.reason === 'bulkhead-full');
  });
  await until('refused calls', () => refused, HELD - LET_IN)(run);
  await customers.ask('user-service', 'POST', '/users/released', hold);
  await Promise.all(calls);
  seen.set('seen.let-in', HELD - refused);
  seen.set('seen.refused', refused);
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
    holdCalls,
    burst,
    signUp,
    switchFaults({ cardGatewayDown: true }),
    meanwhile(orders(), async (run) => {
      await pause(10_000)(run);
      await switchFaults({ cardGatewayDown: false })(run);
    }),
  ],
  expected: () => ({ 'seen.let-in': LET_IN, 'seen.refused': HELD - LET_IN, 'seen.limited': BURST - 200 }),
};
