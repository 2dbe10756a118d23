import { DomainError } from '../../../kernel/domain-events/aggregate';
import type { IncomingEvent } from '../../../kernel/events';
import type { Handler, Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { Order } from '../domain/order';
import type { Orders } from '../orders';

/** Commands to the order-service. One that the order's rules forbid is answered `failed`. */
export function commandHandlers(orders: Orders): Handlers {
  const command =
    (act: (order: Order, event: IncomingEvent) => void): Handler =>
    async (event, context) => {
      await orders.change(causedBy(event, context), String(event.data.orderId), (order, session) => {
        try {
          act(order, event);
          answer(session, event, 'ok');
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          answer(session, event, 'failed', { reason: error.code });
        }
      });
    };
  return {
    'order.process': command((order) => order.place()),
    'order.complete': command(catchUpAndComplete),
    'order.cancel': command((order, { data }) => order.cancel(String(data.reason ?? 'CANCELLED'))),
  };
}

/** The orchestrator knows of payment and parcel by its answers, which may overtake the news: what it says is written down first. */
function catchUpAndComplete(order: Order, { data }: IncomingEvent): void {
  if (order.state.status === 'cancelled') throw new DomainError('ORDER_ALREADY_CANCELLED');
  if (typeof data.paymentId === 'string') order.confirmPayment(data.paymentId);
  if (typeof data.shipmentId === 'string') order.ship(data.shipmentId);
  order.complete();
}
