import { withContracts } from '../../../kernel/contracts';
import type { Faults } from '../../../kernel/faults';
import { toCents } from '../../../kernel/money';
import type { Handlers } from '../../../kernel/service-host';
import { answer } from '../../../kernel/unit-of-work/answer';
import { causedBy } from '../../../kernel/unit-of-work/cause';
import type { UnitOfWork } from '../../../kernel/unit-of-work/unit-of-work';
import { RefundFailed, type Cashier } from '../cashier';
import { COMMAND_CONTRACTS } from '../contracts';

/** The charge meets a fault of the program: it is tried until the broker's delivery limit. */
class ChargeRejected extends Error {
  override readonly name = 'ChargeRejected';
}

/** Orchestration. A command that comes again changes nothing, and is answered again. */
export const commandHandlers = (cashier: Cashier, units: UnitOfWork, faults: Faults): Handlers =>
  withContracts(COMMAND_CONTRACTS, {
    'payment.charge': ({ orderId, userId, amount }, event, context) => {
      if (faults.chargeRejected(orderId)) throw new ChargeRejected('the charge was refused');
      const what = { orderId, userId, amount: toCents(amount) };
      return cashier.charge(causedBy(event, context), what, context.signal, (session, { paymentId, state }) =>
        state.status === 'completed'
          ? answer(session, event, 'ok', { paymentId })
          : answer(session, event, 'failed', { reason: state.reason ?? 'ALREADY_REFUNDED' }),
      );
    },
    'payment.refund': async ({ orderId }, event, context) => {
      const cause = causedBy(event, context);
      try {
        await cashier.refund(cause, orderId, (session) => answer(session, event, 'ok'));
      } catch (error) {
        if (!(error instanceof RefundFailed)) throw error;
        await units.run(cause, (session) => answer(session, event, 'failed', { reason: 'REFUND_FAILED' }));
      }
    },
  });
