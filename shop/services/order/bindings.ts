import { fromQueue, fromTopic } from '../../kernel/bindings';

const ONCE = { guarantee: 'effectively-once' } as const;

/** What the order-service reads. Commands are answered each time they come, so that a lost answer can be asked for again. */
export const ORDER_BINDINGS = {
  news: fromQueue('order-service-queue', ['user.created', 'payment.completed', 'payment.failed', 'payment.refunded'], ONCE),
  commands: fromQueue('order-processing', ['order.process', 'order.complete', 'order.cancel']),
  stock: fromTopic('inventory-events', 'order-service', ['inventory.reservation.failed'], ONCE),
  parcels: fromTopic('shipment-events', 'order-service', ['shipment.dispatched', 'shipment.failed'], ONCE),
};
