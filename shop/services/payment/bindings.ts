import { fromQueue, fromTopic } from '../../kernel/bindings';

const ONCE = { guarantee: 'effectively-once' } as const;

/** What the payment-service reads. */
export const PAYMENT_BINDINGS = {
  stock: fromTopic('inventory-events', 'payment-service', ['inventory.reserved'], ONCE),
  orders: fromTopic('order-events', 'payment-service', ['order.cancelled'], ONCE),
  tills: fromQueue('payment-order-queue', ['order.cancelled'], { ...ONCE, consumer: 'payment-service' }),
  commands: fromQueue('payment-commands', ['payment.charge', 'payment.refund']),
};
