import { withContracts } from '../../../kernel/contracts';
import type { Faults } from '../../../kernel/faults';
import type { Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { COMMAND_CONTRACTS } from '../contracts';
import { Shipment } from '../domain/shipment';
import { dispatch } from '../shipments';

/** Orchestration. A command that comes again changes nothing, and is answered again. */
export const commandHandlers = (units: UnitOfWork, faults: Faults): Handlers =>
  withContracts(COMMAND_CONTRACTS, {
    'shipping.dispatch': async ({ orderId }, event, context) => {
      if (faults.silentShipping(orderId)) return;
      await units.run(causedBy(event, context), (session) => {
        const { shipmentId, state } = dispatch(session, orderId, faults);
        if (state.status === 'dispatched') answer(session, event, 'ok', { shipmentId });
        else answer(session, event, 'failed', { reason: state.reason ?? 'ORDER_CANCELLED' });
      });
    },
    'shipping.cancel': ({ orderId }, event, context) =>
      units.run(causedBy(event, context), (session) => {
        session.load(Shipment.type, orderId).cancel();
        answer(session, event, 'ok');
      }),
  });
