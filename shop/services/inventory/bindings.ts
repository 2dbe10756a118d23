import { fromQueue, fromTopic } from '../../kernel/bindings';

const ONCE = { guarantee: 'effectively-once' } as const;

/** What the inventory-service reads: orders from home by Kafka, orders from tills by RabbitMQ, commands of the orchestrator and of the order-service. */
export const INVENTORY_BINDINGS = {
  orders: fromTopic('order-events', 'inventory-service', ['order.placed', 'order.cancelled'], { ...ONCE, errorHandler: 'retry-topics' }),
  tills: fromQueue('inventory-order-queue', ['order.placed', 'order.cancelled'], { ...ONCE, consumer: 'inventory-service' }),
  commands: fromQueue('inventory-commands', ['inventory.reserve', 'inventory.commit', 'inventory.release']),
};
