import { REJECTED, type Plan } from '../traffic/plan';
import { deadLetters } from './counts';
import { brokenCommand, message, rawMessage, times } from './messages';
import { replayDeadLetters } from './replay';
import type { Scenario, Step } from './scenario';
import { orders, see, signUp, switchFaults, until } from './steps';

const EACH = 5;
/** Six kinds of five, and the mails of the plan. */
const mailsOf = (plan: Plan): number => plan.orders().filter(({ marks }) => marks.includes('mail-throws')).length;
const deadOf = (plan: Plan): number => 6 * EACH + mailsOf(plan);
const utf8 = new TextEncoder();

const brokenCommands: Step = ({ world }) => times(EACH, () => world.transports.rabbitmq.publish('shop.commands', brokenCommand()));

/** A good envelope around nothing: both of its readers refuse it. */
const invalidUsers: Step = ({ world }) =>
  times(EACH, async (n) => {
    const body = {
      id: `invalid-${n}`,
      type: 'user.created',
      source: 'legacy',
      data: { email: 7 },
      timestamp: new Date(0).toISOString(),
      version: '1.0',
    };
    await world.transports.rabbitmq.publish('ecommerce.events', rawMessage('user.created', utf8.encode(JSON.stringify(body))));
  });

/** A schema id that no registry gave. */
const unknownSchemas: Step = ({ world }) =>
  times(EACH, async (n) => {
    const body = Uint8Array.from([0, 0, 15, 66, 63, n, 1, 2]);
    const message = rawMessage('inventory.reserved', body, 'application/vnd.apache.avro+binary');
    await world.transports.kafka.produce([{ topic: 'inventory-events', message: { ...message, key: `unknown-${n}` } }], { acks: 'all' });
  });

/** Commands that their consumer rejects each time, until the broker counts to its delivery limit. */
const rejectedCharges: Step = ({ world, plan }) =>
  times(EACH, async (n) => {
    const orderId = `${REJECTED}${plan.seed}-${n}`;
    const data = { orderId, userId: plan.users[0]?.userId ?? '', amount: 10 };
    await world.publisher.publish(message('payment.charge', orderId, data));
  });

/** Five kinds of messages that die, each its own way; then the mail is mended and its letters are sent again. */
export const poisonMessage: Scenario = {
  name: 'poison-message',
  shows: 'causes in four dialects, and a replay after which none comes back',
  shape: { orders: 100, mix: 'standard', share: { 'mail-throws': { of100: EACH } } },
  steps: [
    signUp,
    orders(),
    brokenCommands,
    invalidUsers,
    unknownSchemas,
    rejectedCharges,
    until(
      'dead letters',
      async (run) => (await deadLetters(run)).dead ?? 0,
      ({ plan }) => deadOf(plan),
    ),
    see('dead', async (run) => (await deadLetters(run)).dead ?? 0),
    switchFaults({ mended: true }),
    (run) => replayDeadLetters(run, 'notification-email'),
  ],
  strays: { 'user.created': EACH, 'inventory.reserved': EACH },
  expected: (plan) => ({
    'seen.dead': deadOf(plan),
    'failed.notification-email': 4 * mailsOf(plan),
    dead: 6 * EACH,
    'dead.order-processing': EACH,
    'dead.order-service-queue': EACH,
    'dead.loyalty-service-queue': EACH,
    'dead.notification-email': 0,
    'dead.payment-commands': EACH,
    'dead.inventory-events-payment-service': EACH,
    'dead.inventory-events-order-service': EACH,
  }),
};
