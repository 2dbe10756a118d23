import type { Run, Scenario } from './scenario';
import { meanwhile, orders, see, signUp, switchFaults, until } from './steps';

const GROUP = 'inventory-service';
const SLOW_MS = 200;
const BEHIND = 40;

const lag = ({ world }: Run): Promise<number> => world.transports.kafka.lag(GROUP, 'order-events');

/** Each reservation takes 200 ms: two instances do 10 a second of 50. Then it is mended and the lag goes. */
export const slowConsumer: Scenario = {
  name: 'slow-consumer',
  shows: 'falling behind, then caught up',
  shape: { orders: 200, mix: 'web' },
  rate: 50,
  steps: [
    // As slow whatever the time factor: customers do not order faster in a run that is sped up.
    (run) => switchFaults({ delays: { [`${GROUP}:order-events`]: SLOW_MS * run.config.timeFactor } })(run),
    signUp,
    meanwhile(orders(), async (run) => {
      await until('lag', lag, BEHIND)(run);
      await see('fell-behind', () => 1)(run);
    }),
    switchFaults({ delays: {} }),
  ],
  expected: () => ({ 'seen.fell-behind': 1, 'lag.inventory-service': 0 }),
  measured: async (run) => ({ 'lag.inventory-service': await lag(run) }),
};
