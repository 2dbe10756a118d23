import { makeEvent } from '../../kernel/envelope';
import { shareOf } from '../../kernel/chance';
import type { Faults } from '../../kernel/faults';
import { Service, type Connect, type RunningService } from '../../kernel/service';

/** Reserves stock for placed orders; gives it back when an order is cancelled. Once per order, however often it is told. */
export async function startInventoryService(connect: Connect, faults: () => Faults): Promise<RunningService> {
  const service = new Service('inventory-service', await connect('inventory-service'));
  const reserved = new Map<string, 'reserved' | 'released' | 'refused'>();

  await service.onTopic({ inbox: 'inventory-service', channel: 'order-events' }, async (event) => {
    const orderId = String(event.data.orderId);
    if (event.type === 'order.placed' && !reserved.has(orderId)) {
      const short = shareOf(`stock ${orderId}`) < faults().outOfStock;
      const data = short
        ? { orderId, reason: 'INSUFFICIENT_STOCK' }
        : { orderId, reservationId: `res-${orderId}`, customerId: event.data.customerId, total: event.data.total };
      await service.record(
        'inventory-events',
        makeEvent(service.name, short ? 'inventory.reservation.failed' : 'inventory.reserved', data, event),
      );
      reserved.set(orderId, short ? 'refused' : 'reserved');
    }
    if (event.type === 'order.cancelled' && reserved.get(orderId) === 'reserved') {
      await service.record(
        'inventory-events',
        makeEvent(service.name, 'inventory.released', { orderId, reservationId: `res-${orderId}` }, event),
      );
      reserved.set(orderId, 'released');
    }
  });
  return service;
}
