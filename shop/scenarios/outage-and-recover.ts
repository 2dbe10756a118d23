import { toExchange } from '../kernel/channels';
import { message, times } from './messages';
import type { Scenario, Step } from './scenario';
import { depthOf, orders, see, signUp, start, stop, untilDepth } from './steps';

const PRICES = 10;

const changePrices: Step = ({ world }) =>
  times(PRICES, (n) =>
    world.publisher.publish(
      message('price.changed', `price-${n}`, { productId: 'lamp', price: 30 + n, currency: 'EUR' }, toExchange('shop.broadcast')),
    ),
  );

/**
 * The notification-service is away: orders complete, its queue fills, and empties when it is back. The same of prices: what the reporting-service's
 * durable queue kept is there, what the gateway's own queue would have got is gone with the queue.
 */
export const outageAndRecover: Scenario = {
  name: 'outage-and-recover',
  shows: 'a queue that fills while its reader is away, and empties',
  shape: { orders: 100, mix: 'standard' },
  steps: [
    stop('notification-service'),
    signUp,
    orders(),
    async (run) => untilDepth('notification-email', run.plan.size)(run),
    see('depth', (run) => depthOf(run, 'notification-email')),
    start('notification-service'),
    stop('reporting-service'),
    stop('api-gateway'),
    changePrices,
    start('reporting-service'),
    start('api-gateway'),
    see('heard-by-gateway', async ({ customers }) => Number((await customers.ask('api-gateway', 'GET', '/prices')).body.heard)),
  ],
  expected: (plan) => ({
    'seen.depth': plan.size,
    'worked.notification-email': plan.size,
    'depth.notification-email': 0,
    'worked.reporting-prices': PRICES,
    'seen.heard-by-gateway': 0,
  }),
  measured: async (run) => ({ 'depth.notification-email': await depthOf(run, 'notification-email') }),
};
