import { noWiring, timelineRows, type TraceWiring } from './timeline';
import { aNode, anEventRow } from './trace-node.fixture';

/** Checkout publishes an order; billing charges (RabbitMQ queue `billing`) and answers on Kafka, mail dies; a replay of it arrives later. */
export const story = [
  aNode(anEventRow({ id: 'order', after: 0, type: 'order.placed', source: 'checkout', inboxes: [inbox('billing'), inbox('mail')] })),
  aNode(
    anEventRow({
      id: 'paid',
      after: 40,
      type: 'order.paid',
      source: 'billing',
      broker: 'shop-kafka',
      system: 'kafka',
      channel: 'payments',
    }),
    'order',
  ),
  aNode(
    anEventRow({
      id: 'letter',
      after: 60,
      type: 'order.placed',
      source: 'checkout',
      channel: 'shop.dlx',
      routingKey: 'mail',
      deadLetter: true,
      failureCause: 'MailboxUnavailable',
      attempt: 3,
    }),
    'order',
    { joinedBy: 'dead-letter' },
  ),
  aNode(
    anEventRow({
      id: 'again',
      after: 60_000,
      type: 'order.placed',
      source: 'checkout',
      inboxes: [inbox('mail')],
      replayId: 'r',
      replayOf: 'letter',
    }),
    'letter',
    { joinedBy: 'replay' },
  ),
];

function inbox(name: string) {
  return { inbox: name, evidence: 'declared' as const };
}

export const wiring: TraceWiring = {
  ...noWiring,
  known: true,
  servicesOf: (_, name) => (name === 'billing' ? ['billing'] : name === 'mail' ? ['mailer'] : []),
  deadLetterChannelOf: (_, name) => (name === 'mail' ? 'shop.dlx' : null),
};

export const storyRows = () => timelineRows(story, wiring);
