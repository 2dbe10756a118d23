import type { Faults } from '../../../kernel/faults';
import { toCents } from '../../../kernel/money';
import type { Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { RefundFailed, type Cashier } from '../cashier';

/** The charge meets a fault of the program: it is tried until the broker's delivery limit. */
class ChargeRejected extends Error {
  override readonly name = 'ChargeRejected';
}

/** Orchestration. A command that comes again changes nothing, and is answered again. */
export function commandHandlers(cashier: Cashier, units: UnitOfWork, faults: Faults): Handlers {
  return {
    'payment.charge': async (event, context) => {
      const { data } = event;
      const orderId = String(data.orderId);
      if (faults.chargeRejected(orderId)) throw new ChargeRejected('the charge was refused');
      await cashier.charge(
        causedBy(event, context),
        { orderId, userId: String(data.userId), amount: toCents(Number(data.amount)) },
        context.signal,
        (session, { paymentId, state }) =>
          state.status === 'completed'
            ? answer(session, event, 'ok', { paymentId })
            : answer(session, event, 'failed', { reason: state.reason ?? 'ALREADY_REFUNDED' }),
      );
    },
    'payment.refund': async (event, context) => {
      const cause = causedBy(event, context);
      try {
        await cashier.refund(cause, String(event.data.orderId), (session) => answer(session, event, 'ok'));
      } catch (error) {
        if (!(error instanceof RefundFailed)) throw error;
        await units.run(cause, (session) => answer(session, event, 'failed', { reason: 'REFUND_FAILED' }));
      }
    },
  };
}
