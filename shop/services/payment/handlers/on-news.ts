import type { z } from 'zod';
import { withContracts } from '../../../kernel/contracts';
import type { HttpClient } from '../../../kernel/http-client/http-client';
import type { Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import type { Cashier } from '../cashier';
import { NEWS_CONTRACTS, OrderAnswer } from '../contracts';

/** Choreography: what is reserved is charged, what is cancelled is given back. What a saga does, the saga orders. */
export const newsHandlers = (cashier: Cashier, units: UnitOfWork, http: HttpClient): Handlers =>
  withContracts(NEWS_CONTRACTS, {
    'inventory.reserved': async ({ orderId }, event, context) => {
      const cause = causedBy(event, context);
      if (event.saga !== undefined) return units.run(cause, () => {});
      const { userId, totalCents } = await orderOf(http, orderId, event.traceparent);
      return cashier.charge(cause, { orderId, userId, amount: totalCents }, context.signal);
    },
    'order.cancelled': async ({ orderId }, event, context) => {
      const cause = causedBy(event, context);
      return event.saga === undefined ? cashier.refund(cause, orderId) : units.run(cause, () => {});
    },
  });

/** The event is thin: what it costs and who pays is the order-service's to know. While it is away, the message is tried again. */
async function orderOf(http: HttpClient, orderId: string, traceparent: string | null): Promise<z.infer<typeof OrderAnswer>> {
  const { status, body } = await http.get('order-service', `/orders/${encodeURIComponent(orderId)}`, {
    headers: traceparent === null ? {} : { traceparent },
  });
  if (status !== 200) throw new Error(`order-service answered ${status} for order ${orderId}`);
  return OrderAnswer.parse(body);
}
