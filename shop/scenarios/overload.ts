import { setTimeout as sleep } from 'node:timers/promises';
import { toExchange } from '../kernel/channels';
import { WITHOUT_ORDERS } from '../traffic/expected';
import { message, times, together } from './messages';
import type { Scenario, Step } from './scenario';
import { depthOf, see, start, stop, until } from './steps';

const REPORTS = 150;
const ROOM = 100;
const TEXTS = 20;
const PRICES = 55;
const PRICES_KEPT = 50;

const command = (n: number, seed: number) =>
  message('report.build', `rep-${seed}-${n}`, { reportId: `rep-${seed}-${n}`, kind: 'sales-by-product' });

/** A queue that says no when it is full, one whose messages grow too old, and one that drops its head. */
const overfill: Step = async ({ world, plan, seen, config }) => {
  await times(ROOM, (n) => world.publisher.publish(command(n, plan.seed)));
  const beyond = await together(REPORTS - ROOM, (n) => world.publisher.publish(command(ROOM + n, plan.seed)));
  seen.set('seen.refused', beyond.filter((outcome) => outcome === 'refused').length);
  await times(TEXTS, (n) =>
    world.publisher.publish(
      message(
        'customer.notification.requested',
        `sms-${plan.seed}-${n}`,
        { orderId: `sms-${n}`, userId: 'usr-1-0001', channel: 'sms', template: 'late', kind: 'promotion' },
        toExchange('shop.notify', { headers: { channel: 'sms' }, expirationMs: config.time(1_000) }),
      ),
    ),
  );
  await times(PRICES, (n) =>
    world.publisher.publish(
      message('price.changed', `price-${plan.seed}-${n}`, { productId: 'lamp', price: n, currency: 'EUR' }, toExchange('shop.broadcast')),
    ),
  );
};

/** What was refused is sent again when there is room. */
const sendAgain: Step = ({ world, plan }) =>
  times(REPORTS - ROOM, async (n) => {
    while ((await world.publisher.publish(command(ROOM + n, plan.seed))) === 'refused') await sleep(100);
  });

export const overload: Scenario = {
  name: 'overload',
  shows: 'three reasons: refused, expired, dropped for length',
  shape: { orders: 1, mix: 'web' },
  steps: [
    stop('reporting-service'),
    stop('notification-service'),
    overfill,
    until('expired texts', (run) => depthOf(run, 'notification-sms.dlq'), TEXTS),
    see('waiting', (run) => depthOf(run, 'reports-work')),
    see('prices', (run) => depthOf(run, 'reporting-prices')),
    start('reporting-service'),
    start('notification-service'),
    sendAgain,
  ],
  expected: () => ({
    ...WITHOUT_ORDERS,
    'seen.refused': REPORTS - ROOM,
    'seen.waiting': ROOM,
    'seen.prices': PRICES_KEPT,
    'worked.reports-work': REPORTS,
    'dead.notification-sms': TEXTS,
    'dead.reporting-prices': PRICES - PRICES_KEPT,
    dead: TEXTS + PRICES - PRICES_KEPT,
    'customer.notification.requested': TEXTS,
  }),
};
