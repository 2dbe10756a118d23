import type { Faults } from '../../../kernel/faults';
import type { Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { Shipment } from '../domain/shipment';
import { dispatch } from '../shipments';

/** Orchestration. A command that comes again changes nothing, and is answered again. */
export const commandHandlers = (units: UnitOfWork, faults: Faults): Handlers => ({
  'shipping.dispatch': async (event, context) => {
    const orderId = String(event.data.orderId);
    if (faults.silentShipping(orderId)) return;
    await units.run(causedBy(event, context), (session) => {
      const { shipmentId, state } = dispatch(session, orderId, faults);
      if (state.status === 'dispatched') answer(session, event, 'ok', { shipmentId });
      else answer(session, event, 'failed', { reason: state.reason ?? 'ORDER_CANCELLED' });
    });
  },
  'shipping.cancel': async (event, context) => {
    await units.run(causedBy(event, context), (session) => {
      session.load(Shipment.type, String(event.data.orderId)).cancel();
      answer(session, event, 'ok');
    });
  },
});
