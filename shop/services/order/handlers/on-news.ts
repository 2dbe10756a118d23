import { setTimeout as sleep } from 'node:timers/promises';
import { TooEarly } from '../../../kernel/domain-events/aggregate';
import type { IncomingEvent } from '../../../kernel/events';
import type { HandlerContext, Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { State } from '../../../kernel/unit-of-work/open-state';
import type { Carts } from '../carts';
import { DomainError } from '../../../kernel/domain-events/aggregate';
import type { Order } from '../domain/order';
import type { Orders } from '../orders';

/** News of one order may come by two brokers, the later ones first: so long it is waited for the others before the retries begin. */
const PATIENCE_MS = 250;
const LOOK_AGAIN_MS = 10;

/**
 * What the order-service does when others did something. Choreographed orders go on by it; of an orchestrated one (a message of a saga) payment and
 * shipment are written down, and the orchestrator says what follows.
 */
export function newsHandlers(orders: Orders, state: State, carts: Carts): Handlers {
  const record =
    (act: (order: Order, event: IncomingEvent) => void) =>
    async (event: IncomingEvent, context: HandlerContext): Promise<void> => {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        try {
          await orders.change(causedBy(event, context), String(event.data.orderId), (order) => act(order, event));
          return;
        } catch (error) {
          if (!(error instanceof TooEarly) || performance.now() > end) throw error;
          await sleep(LOOK_AGAIN_MS, undefined, { signal: context.signal });
        }
      }
    };
  const cancel = (reason: (event: IncomingEvent) => string) =>
    record((order, event) => {
      if (event.saga === undefined) cancelUnlessComplete(order, reason(event));
    });
  return {
    'user.created': (event, context) =>
      state.units.run(causedBy(event, context), (session) => session.also((tx) => carts.open(tx, String(event.data.userId), event.at))),
    'payment.completed': record((order, { data }) => order.confirmPayment(String(data.paymentId))),
    'payment.failed': cancel(({ data }) => String(data.reason ?? 'PAYMENT_FAILED')),
    // The money is back: nothing of the order changes by it, it was cancelled before.
    'payment.refunded': record(() => {}),
    'inventory.reservation.failed': cancel(({ data }) => String(data.reason ?? 'INSUFFICIENT_STOCK')),
    'shipment.dispatched': record((order, { data, saga }) => {
      order.ship(String(data.shipmentId));
      if (saga === undefined) order.complete();
    }),
    'shipment.failed': cancel(({ data }) => String(data.reason ?? 'SHIPMENT_FAILED')),
  };
}

/** A failure that comes after the end is late news. */
function cancelUnlessComplete(order: Order, reason: string): void {
  try {
    order.cancel(reason);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
