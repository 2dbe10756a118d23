import { withContracts } from '../../../kernel/contracts';
import type { Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { ORDER_CONTRACTS } from '../contracts';
import { release, reserve } from '../inventory';

/** Choreography: an order that was placed is reserved, one that was cancelled is given back. What a saga does, the saga orders. */
export const orderHandlers = (units: UnitOfWork): Handlers =>
  withContracts(ORDER_CONTRACTS, {
    'order.placed': ({ orderId, fulfilment, items }, event, context) =>
      units.run(causedBy(event, context), (session) => {
        if (fulfilment === 'choreography') reserve(session, orderId, items);
      }),
    'order.cancelled': ({ orderId }, event, context) =>
      units.run(causedBy(event, context), (session) => {
        if (event.saga === undefined) release(session, orderId);
      }),
  });
