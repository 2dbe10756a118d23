import { setTimeout as sleep } from 'node:timers/promises';
import { withContracts } from '../../../kernel/contracts';
import { DomainError, TooEarly } from '../../../kernel/domain-events/aggregate';
import type { IncomingEvent } from '../../../kernel/events';
import type { HandlerContext, Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { State } from '../../../kernel/unit-of-work/open-state';
import type { Carts } from '../carts';
import { NEWS_CONTRACTS } from '../contracts';
import type { Order } from '../domain/order';
import { changeOrder } from '../order-commands';

/** News of one order may come by two brokers, the later ones first: so long it is waited for the others before the retries begin. */
const PATIENCE_MS = 250;
const LOOK_AGAIN_MS = 10;

/**
 * What the order-service does when others did something. Choreographed orders go on by it; of an orchestrated one (a message of a saga) payment and
 * shipment are written down, and the orchestrator says what follows.
 */
export function newsHandlers({ units }: Pick<State, 'units'>, carts: Carts): Handlers {
  const record =
    <D extends { readonly orderId: string }>(act: (order: Order, data: D, event: IncomingEvent) => void) =>
    async (data: D, event: IncomingEvent, context: HandlerContext): Promise<void> => {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        try {
          await units.run(causedBy(event, context), (session) => changeOrder(session, data.orderId, (order) => act(order, data, event)));
          return;
        } catch (error) {
          if (!(error instanceof TooEarly) || performance.now() > end) throw error;
          await sleep(LOOK_AGAIN_MS, undefined, { signal: context.signal });
        }
      }
    };
  const cancel = record<{ readonly orderId: string; readonly reason: string }>((order, { reason }, { saga }) => {
    if (saga === undefined) cancelUnlessComplete(order, reason);
  });
  return withContracts(NEWS_CONTRACTS, {
    'user.created': ({ userId }, event, context) =>
      units.run(causedBy(event, context), (session) => session.also((tx) => carts.open(tx, userId, event.at))),
    'payment.completed': record((order, { paymentId }) => order.confirmPayment(paymentId)),
    'payment.failed': cancel,
    // The money is back: nothing of the order changes by it, it was cancelled before.
    'payment.refunded': record(() => {}),
    'inventory.reservation.failed': cancel,
    'shipment.dispatched': record((order, { shipmentId }, { saga }) => {
      order.ship(shipmentId);
      if (saga === undefined) order.complete();
    }),
    'shipment.failed': cancel,
  });
}

/** A failure that comes after the end is late news. */
function cancelUnlessComplete(order: Order, reason: string): void {
  try {
    order.cancel(reason);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
  }
}
