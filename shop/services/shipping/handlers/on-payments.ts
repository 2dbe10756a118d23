import { withContracts } from '../../../kernel/contracts';
import type { Faults } from '../../../kernel/faults';
import type { Handlers } from '../../../kernel/service-host';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { PAYMENT_CONTRACTS } from '../contracts';
import { dispatch } from '../shipments';

/** Choreography: what is paid is sent. What a saga does, the saga orders. */
export const paymentHandlers = (units: UnitOfWork, faults: Faults): Handlers =>
  withContracts(PAYMENT_CONTRACTS, {
    'payment.completed': ({ orderId }, event, context) =>
      units.run(causedBy(event, context), (session) => {
        if (event.saga === undefined && !faults.silentShipping(orderId)) dispatch(session, orderId, faults);
      }),
  });
