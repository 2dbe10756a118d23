import { makeEvent, type ShopEvent } from '../../kernel/envelope';
import { Service, type Connect, type RunningService } from '../../kernel/service';
import { nextState, type OrderState } from './order';

/** Places orders that were requested, completes or cancels them by what payment and inventory say. */
export async function startOrderService(connect: Connect): Promise<RunningService> {
  const service = new Service('order-service', await connect('order-service'));
  const orders = new Map<string, OrderState>();

  const move = async (event: ShopEvent, fact: 'placed' | 'paid' | 'failed', data: Readonly<Record<string, unknown>>): Promise<void> => {
    const orderId = String(event.data.orderId);
    const state = nextState(orders.get(orderId) ?? (fact === 'placed' ? 'requested' : 'placed'), fact);
    if (state === null) return;
    await service.record('order-events', makeEvent(service.name, `order.${state}`, data, event));
    orders.set(orderId, state);
  };

  await service.onExchange(
    { inbox: 'order-service', channel: 'shop.events', keys: ['order.requested', 'payment.*'], prefetch: 20 },
    async (event) => {
      const { orderId, customerId, total, items } = event.data;
      if (event.type === 'order.requested') await move(event, 'placed', { orderId, customerId, total, items });
      if (event.type === 'payment.completed') await move(event, 'paid', { orderId, total });
      if (event.type === 'payment.failed') await move(event, 'failed', { orderId, reason: event.data.reason });
    },
  );
  await service.onTopic({ inbox: 'order-service', channel: 'inventory-events' }, async (event) => {
    if (event.type === 'inventory.reservation.failed')
      await move(event, 'failed', { orderId: event.data.orderId, reason: 'INSUFFICIENT_STOCK' });
  });
  return service;
}
