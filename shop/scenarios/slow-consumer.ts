import type { Scenario } from './scenario';
import { meanwhile, orders, pause, see, signUp, switchFaults } from './steps';

const GROUP = 'inventory-service';

/** Each reservation takes 200 ms: two instances do 10 a second of 50. Then it is mended and the lag goes. */
export const slowConsumer: Scenario = {
  name: 'slow-consumer',
  shows: 'falling behind, then caught up',
  shape: { orders: 200, mix: 'web' },
  rate: 50,
  steps: [
    switchFaults({ delays: { [`${GROUP}:order-events`]: 200 } }),
    signUp,
    meanwhile(orders(), async (run) => {
      await pause(3_000)(run);
      await see('fell-behind', async ({ world }) => Number((await world.transports.kafka.lag(GROUP, 'order-events')) > 40))(run);
    }),
    switchFaults({ delays: {} }),
  ],
  expected: () => ({ 'seen.fell-behind': 1, 'lag.inventory-service': 0 }),
  measured: async ({ world }) => ({ 'lag.inventory-service': await world.transports.kafka.lag(GROUP, 'order-events') }),
};
