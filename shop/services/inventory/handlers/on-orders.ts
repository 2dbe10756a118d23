import type { Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { WIRE_UPCASTERS } from '../../../schemas/upcasters';
import type { ReservedLine } from '../domain/reservation';
import { release, reserve } from '../inventory';

/** Choreography: an order that was placed is reserved, one that was cancelled is given back. What a saga does, the saga orders. */
export function orderHandlers(units: UnitOfWork): Handlers {
  return {
    'order.placed': async (event, context) => {
      const { data } = WIRE_UPCASTERS.upcast(event.type, event.version, event.data);
      await units.run(causedBy(event, context), (session) => {
        if (data.fulfilment !== 'orchestration') reserve(session, String(data.orderId), linesOf(data.items));
      });
    },
    'order.cancelled': async (event, context) => {
      await units.run(causedBy(event, context), (session) => {
        if (event.saga === undefined) release(session, String(event.data.orderId));
      });
    },
  };
}

export const linesOf = (items: unknown): ReservedLine[] =>
  (items as readonly { readonly productId: unknown; readonly quantity: unknown }[]).map(({ productId, quantity }) => ({
    productId: String(productId),
    quantity: Number(quantity),
  }));
