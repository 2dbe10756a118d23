import type { z } from 'zod';
import { withContracts } from '../../../kernel/contracts';
import { DomainError } from '../../../kernel/domain-events/aggregate';
import type { IncomingEvent } from '../../../kernel/events';
import type { HandlerContext, Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import { COMMAND_CONTRACTS } from '../contracts';
import type { Order } from '../domain/order';
import type { Orders } from '../orders';

/** Commands to the order-service. One that the order's rules forbid is answered `failed`. */
export function commandHandlers(orders: Orders): Handlers {
  const command =
    <D extends { readonly orderId: string }>(act: (order: Order, data: D) => void) =>
    async (data: D, event: IncomingEvent, context: HandlerContext): Promise<void> => {
      await orders.change(causedBy(event, context), data.orderId, (order, session) => {
        try {
          act(order, data);
          answer(session, event, 'ok');
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          answer(session, event, 'failed', { reason: error.code });
        }
      });
    };
  return withContracts(COMMAND_CONTRACTS, {
    'order.process': command((order) => order.place()),
    'order.complete': command(catchUpAndComplete),
    'order.cancel': command((order, { reason }) => order.cancel(reason)),
  });
}

/** The orchestrator knows of payment and parcel by its answers, which may overtake the news: what it says is written down first. */
function catchUpAndComplete(order: Order, { paymentId, shipmentId }: z.infer<(typeof COMMAND_CONTRACTS)['order.complete']>): void {
  if (order.state.status === 'cancelled') throw new DomainError('ORDER_ALREADY_CANCELLED');
  if (paymentId !== undefined) order.confirmPayment(paymentId);
  if (shipmentId !== undefined) order.ship(shipmentId);
  order.complete();
}
