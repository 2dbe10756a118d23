import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../traffic/customers';
import { together } from './messages';
import type { Run, Scenario, Step } from './scenario';
import { orders, signUp, switchFaults, untilSent } from './steps';

const TRIES = 120;
const AGAIN_MS = 500;

/** Asks for the details with a version that one must see, until they are what is looked for: a service that is busy, or a read model that is behind, is asked again. */
async function askUntil(
  { customers, plan, signal }: Run,
  n: number,
  minVersion: number,
  isIt: (answer: Answer) => boolean,
): Promise<boolean> {
  for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
    if (isIt(await customers.ask('api-gateway', 'GET', `/orders/${plan.order(n).orderId}?minVersion=${minVersion}`))) return true;
    await sleep(AGAIN_MS);
  }
  return false;
}

const isStale = ({ status, body }: Answer): boolean => status === 404 || (status === 200 && body.stale === true);
const isFresh = ({ status, body }: Answer): boolean => status === 200 && body.stale !== true;

/** Right after an order was answered its details are behind, and say so. */
const readTooEarly: Step = async (run) => {
  const found = await together(run.plan.size, (n) => askUntil(run, n, 99, isStale));
  run.seen.set('seen.stale', found.filter(Boolean).length);
};

/** Who names the version that he wrote gets it. */
const readOwnWrites: Step = async (run) => {
  const found = await together(run.plan.size, (n) => askUntil(run, n, 1, isFresh));
  run.seen.set('seen.fresh', found.filter(Boolean).length);
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
