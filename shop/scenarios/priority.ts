import { toExchange } from '../kernel/channels';
import { WITHOUT_ORDERS } from '../traffic/expected';
import { message, times } from './messages';
import type { Scenario, Step } from './scenario';
import { start, stop, until } from './steps';

const LOW = 200;
const HIGH = 5;

const notify = (about: string, kind: 'promotion' | 'security', priority: number) =>
  message(
    'customer.notification.requested',
    about,
    { orderId: about, userId: 'usr-1-0001', channel: 'email', template: kind, kind },
    toExchange('shop.notify', { priority, headers: { channel: 'email' } }),
  );

const promoteThenWarn: Step = async ({ world, plan }) => {
  await times(LOW, (n) => world.publisher.publish(notify(`promotion-${plan.seed}-${n}`, 'promotion', 1)));
  await times(HIGH, (n) => world.publisher.publish(notify(`security-${plan.seed}-${n}`, 'security', 9)));
};

/** Two hundred promotions wait; five warnings come last and are read first. */
export const priority: Scenario = {
  name: 'priority',
  shows: 'how long each waited: the last come, of high priority, are first',
  shape: { orders: 1, mix: 'web' },
  steps: [
    stop('notification-service'),
    promoteThenWarn,
    start('notification-service'),
    until('mails', ({ tally }) => tally.get('worked.notification-email'), LOW + HIGH),
  ],
  expected: () => ({
    ...WITHOUT_ORDERS,
    'worked.notification-email': LOW + HIGH,
    'seen.high-first': HIGH,
    'customer.notification.requested': LOW + HIGH,
  }),
  measured: async ({ tally }) => ({
    'seen.high-first': tally
      .order('notification-email')
      .slice(0, HIGH)
      .filter((id) => id.includes('security')).length,
  }),
};
