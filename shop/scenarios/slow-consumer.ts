import { setTimeout as sleep } from 'node:timers/promises';
import type { Run, Scenario, Step } from './scenario';
import { meanwhile, orders, see, signUp, switchFaults } from './steps';

const GROUP = 'inventory-service';
const SLOW_MS = 200;
/** Less where fewer are ordered. */
const BEHIND = 40;
const PATIENCE_MS = 2_000;

const lag = ({ world }: Run): Promise<number> => world.transports.kafka.lag(GROUP, 'order-events');

/** As slow whatever the time factor: customers do not order faster in a run that is sped up. */
const slow =
  (ms: number): Step =>
  (run) =>
    switchFaults({ delays: { [`${GROUP}:order-events`]: ms * run.config.timeFactor } })(run);

/** On a machine that is slower than the orders' pace 200 ms are nothing: then reservations take longer, until they fall behind. */
const fallBehind: Step = async (run) => {
  for (
    let [ms, since] = [SLOW_MS, Date.now()];
    (await lag(run)) < Math.min(BEHIND, run.plan.size / 4) && !run.signal.aborted;
    await sleep(50)
  ) {
    if (run.tally.get('inventory.reserved') >= run.plan.size) return;
    if (Date.now() - since < PATIENCE_MS) continue;
    [ms, since] = [ms * 2, Date.now()];
    await slow(ms)(run);
  }
  await see('fell-behind', () => 1)(run);
};

/** Each reservation takes 200 ms: two instances do 10 a second of 50. Then it is mended and the lag goes. */
export const slowConsumer: Scenario = {
  name: 'slow-consumer',
  shows: 'falling behind, then caught up',
  shape: { orders: 200, mix: 'web' },
  rate: 50,
  steps: [slow(SLOW_MS), signUp, meanwhile(orders(), fallBehind), switchFaults({ delays: {} })],
  expected: () => ({ 'seen.fell-behind': 1, 'lag.inventory-service': 0 }),
  measured: async (run) => ({ 'lag.inventory-service': await lag(run) }),
};
