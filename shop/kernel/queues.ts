import type { Arguments } from '../transport/port';
import { deadLetterExchange, type ExchangeName } from './channels';

/** A queue as it is declared, to the letter, and what it gets. */
export interface QueueChannel {
  readonly exchange: ExchangeName;
  /** Routing keys; on a headers exchange the value of `channel`, on a fanout none. */
  readonly keys: readonly string[];
  /** Whole list of arguments, dead-letter exchange and key included. */
  readonly arguments: Arguments;
  readonly prefetch: number;
  /** Fixed consumer tag, where foreign tools look for it. */
  readonly tag?: string;
  readonly noAck?: boolean;
}

const dead = (exchange: ExchangeName, queue: string): Arguments => ({
  'x-dead-letter-exchange': deadLetterExchange(exchange),
  'x-dead-letter-routing-key': queue,
});
const QUORUM = { 'x-queue-type': 'quorum' } as const;

function queue(name: string, exchange: ExchangeName, keys: readonly string[], prefetch: number, more: Arguments = {}): QueueChannel {
  return { exchange, keys, prefetch, arguments: { ...dead(exchange, name), ...more } };
}

export const QUEUES = {
  // Exactly these arguments: a foreign program declares the same queue, and other arguments would be refused (406).
  'order-service-queue': {
    exchange: 'ecommerce.events',
    keys: ['user.created', 'payment.*'],
    prefetch: 10,
    tag: 'order-service-consumer',
    arguments: { 'x-dead-letter-exchange': 'ecommerce.events.dlx', 'x-message-ttl': 3_600_000, 'x-max-retries': 3 },
  },
  // Exactly none, for the same reason: its dead letters are published, not rejected.
  'inventory-order-queue': { exchange: 'order-events', keys: ['order.placed', 'order.cancelled'], prefetch: 1, arguments: {} },
  'payment-order-queue': queue('payment-order-queue', 'order-events', ['order.cancelled'], 1),
  'shipping-service-queue': queue('shipping-service-queue', 'ecommerce.events', ['payment.completed'], 10, QUORUM),
  'loyalty-service-queue': queue('loyalty-service-queue', 'ecommerce.events', ['payment.completed', 'user.created'], 10, QUORUM),
  'audit-service-queue': queue(
    'audit-service-queue',
    'ecommerce.events',
    ['order.#', 'payment.#', 'user.#', 'saga.#', 'loyalty.#', 'report.#'],
    10,
    QUORUM,
  ),
  'order-processing': queue('order-processing', 'shop.commands', ['order.process', 'order.complete', 'order.cancel'], 10),
  'inventory-commands': queue('inventory-commands', 'shop.commands', ['inventory.reserve', 'inventory.commit', 'inventory.release'], 10),
  'shipping-quotes': queue('shipping-quotes', 'shop.commands', ['shipping.quote'], 10),
  'payment-commands': queue('payment-commands', 'shop.commands', ['payment.charge', 'payment.refund'], 5, {
    ...QUORUM,
    'x-delivery-limit': 3,
    'x-dead-letter-strategy': 'at-least-once',
    'x-overflow': 'reject-publish',
  }),
  'shipping-commands': queue('shipping-commands', 'shop.commands', ['shipping.dispatch', 'shipping.cancel'], 1, {
    ...QUORUM,
    'x-single-active-consumer': true,
  }),
  'saga-orchestrator-replies': queue('saga-orchestrator-replies', 'shop.replies', ['order-saga'], 10, QUORUM),
  'notification-email': queue('notification-email', 'shop.notify', ['email'], 1, { 'x-max-priority': 10 }),
  'notification-sms': queue('notification-sms', 'shop.notify', ['sms'], 10),
  'notification-push': { ...queue('notification-push', 'shop.notify', ['push'], 10), noAck: true },
  'reporting-prices': queue('reporting-prices', 'shop.broadcast', [''], 10, { 'x-max-length': 50, 'x-overflow': 'drop-head' }),
  'reports-work': queue('reports-work', 'shop.commands', ['report.build'], 1, { 'x-max-length': 100, 'x-overflow': 'reject-publish' }),
  'shop.unrouted': { exchange: 'shop.unrouted', keys: [''], prefetch: 10, arguments: {} },
} as const satisfies Readonly<Record<string, QueueChannel>>;

export type QueueName = keyof typeof QUEUES;
