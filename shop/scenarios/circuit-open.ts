import { setTimeout as sleep } from 'node:timers/promises';
import type { Run, Scenario, Step } from './scenario';
import { meanwhile, orders, pause, signUp, switchFaults } from './steps';

const HELD = 200;
/** Five under way and ten that wait their turn. */
const LET_IN = 15;
const BURST = 250;
/** So long the gateway's breaker stays open. */
const BREAKER_MS = 10_000;

const ROUNDS = 5;

/**
 * Calls that hold their place until they are let go: what is beyond the bulkhead and its queue is refused at once. On a machine so busy that the first
 * call times out before the last has come, places are free again meanwhile: then all begins anew, once the breaker lets calls through.
 */
const holdCalls: Step = async (run) => {
  for (let round = 1; ; round += 1) {
    const refused = await heldAtOnce(run, `held-${run.plan.seed}-${round}`);
    run.seen.set('seen.let-in', HELD - refused);
    run.seen.set('seen.refused', refused);
    if (refused === HELD - LET_IN || round === ROUNDS || run.signal.aborted) return;
    await pause(BREAKER_MS)(run);
  }
};

/** Gives how many found no place. */
async function heldAtOnce({ customers, signal }: Run, until: string): Promise<number> {
  let [answered, refused] = [0, 0];
  const calls = Array.from({ length: HELD }, async () => {
    const { body } = await customers.ask('api-gateway', 'POST', '/users/held', { until });
    answered += 1;
    refused += Number(body.reason === 'bulkhead-full');
  });
  while (answered < HELD - LET_IN && !signal.aborted) await sleep(50);
  await customers.ask('user-service', 'POST', '/users/released', { until });
  await Promise.all(calls);
  return refused;
}

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
