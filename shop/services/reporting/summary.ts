import { toTopic } from '../../kernel/channels';
import type { IncomingEvent, OutgoingEvent } from '../../kernel/events';
import { toEvent } from '../../kernel/facts';

/** One order event in, one summary out: the newest summary of an order is the order at a glance. */
export function toSummary(event: IncomingEvent, source: string, at: number): OutgoingEvent {
  const { orderId, totalAmount } = event.data;
  const status = event.type.slice('order.'.length);
  return toEvent(source, at, {
    type: 'order.summary',
    origin: `summary|${event.id}`,
    originVersion: 1,
    key: String(orderId),
    data: { orderId, status, ...(totalAmount === undefined ? {} : { totalAmount }) },
    channels: [toTopic('order-summary')],
    cause: event,
  });
}
