import { toExchange, toTopic } from '../../kernel/channels';
import type { RecordedEvent } from '../../kernel/event-store/event-store';
import { eventId } from '../../kernel/ids';
import { toAmount } from '../../kernel/money';
import type { Draft } from '../../kernel/unit-of-work/unit-of-work';
import { totalOf, type OrderState } from './domain/order';
import type { OrderDetails } from './domain/order-events';
import { orderPlaced } from './order-placed';

/** What others are told of an order, event by event; and the log of the events themselves. */
export function orderMessages(event: RecordedEvent, state: OrderState): readonly Draft[] {
  const orderId = event.stream.slice('order-'.length);
  const { details } = state;
  if (details === null) return [];
  const draft = (type: string, data: object, channel: Draft['channels'][number], more: Partial<Draft> = {}): Draft => ({
    type,
    key: orderId,
    data: { orderId, ...data },
    channels: [channel],
    ...more,
  });
  return [...told(event, details, draft), draft(event.type, logged(event, details), toTopic('order-log'))];
}

type Make = (type: string, data: object, channel: Draft['channels'][number], more?: Partial<Draft>) => Draft;

function told(event: RecordedEvent, details: OrderDetails, draft: Make): Draft[] {
  const { userId } = details;
  switch (event.type) {
    case 'ORDER_CREATED': {
      const items = details.lines.map(({ productId, quantity, unitPrice }) => ({ productId, quantity, price: toAmount(unitPrice) }));
      const causationId = eventId(event.stream, event.version, 'order.created');
      return [
        draft('order.created', { userId, totalAmount: toAmount(totalOf(details)), items }, toExchange('ecommerce.events')),
        draft('order.process', {}, toExchange('shop.commands'), { causationId }),
      ];
    }
    case 'ORDER_PLACED':
      return [draft('order.placed', orderPlaced(details), placeOf(details), { version: details.placedVersion })];
    case 'ORDER_COMPLETED':
      return [
        draft('order.completed', { userId, totalAmount: toAmount(totalOf(details)) }, toTopic('order-events')),
        draft('inventory.commit', {}, toExchange('shop.commands')),
        draft(
          'customer.notification.requested',
          { userId, channel: 'email', template: 'order-completed', kind: 'receipt' },
          toExchange('shop.notify', { headers: { channel: 'email' }, priority: 5 }),
        ),
      ];
    case 'ORDER_CANCELLED':
      return [draft('order.cancelled', { reason: event.data.reason }, placeOf(details))];
    default:
      return [];
  }
}

/** Tills speak RabbitMQ; the orchestrator listens to Kafka. */
const placeOf = ({ channel, fulfilment }: OrderDetails): Draft['channels'][number] =>
  channel === 'pos' && fulfilment === 'choreography' ? toExchange('order-events') : toTopic('order-events');

/** The domain event as the log keeps it, for projections that are made from it. */
function logged({ type, version, data }: RecordedEvent, details: OrderDetails): object {
  switch (type) {
    case 'ORDER_CREATED': {
      const { userId, channel, fulfilment, lines } = details;
      const items = lines.map(({ productId, quantity, unitPrice }) => ({ productId, quantity, unitPriceCents: unitPrice }));
      return { orderVersion: version, userId, channel, fulfilment, totalCents: totalOf(details), items };
    }
    case 'PAYMENT_CONFIRMED':
    case 'ORDER_CANCELLED':
      return { orderVersion: version, ...data };
    default:
      return { orderVersion: version };
  }
}
