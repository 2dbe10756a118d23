import { toExchange } from '../kernel/channels';
import { WITHOUT_ORDERS } from '../traffic/expected';
import { message, times } from './messages';
import type { Scenario, Step } from './scenario';
import { depthOf, see } from './steps';

const EACH = 3;

/** Nobody is bound to these keys. The command's exchange has an alternate, which takes it and silences the return; the event comes back. */
const sayToNobody: Step = async ({ world, plan }) => {
  await times(EACH, (n) => world.publisher.publish(message('order.frobnicate', `lost-${plan.seed}-${n}`, {})));
  await times(EACH, (n) =>
    world.publisher.publish(message('weather.changed', `lost-${plan.seed}-${n}`, {}, toExchange('ecommerce.events'))),
  );
};

export const unroutable: Scenario = {
  name: 'unroutable',
  shows: 'what nobody wanted: taken by the alternate exchange, or returned',
  shape: { orders: 1, mix: 'web' },
  steps: [sayToNobody, see('unrouted', (run) => depthOf(run, 'shop.unrouted'))],
  expected: () => ({ ...WITHOUT_ORDERS, 'seen.unrouted': EACH, 'returned.order.frobnicate': 0, 'returned.weather.changed': EACH }),
};
