import type { Faults } from '../../kernel/faults';
import { load } from '../../kernel/event-store/repository';
import type { Cause } from '../../kernel/unit-of-work/cause';
import type { State } from '../../kernel/unit-of-work/open-state';
import type { Session } from '../../kernel/unit-of-work/unit-of-work';
import type { CardGateway } from './card-gateway';
import { Payment } from './domain/payment';
import { charge, refund, type Charge } from './payments';

/** A refund that the bank refuses: whoever asked must try again, or ask a person. */
export class RefundFailed extends Error {
  override readonly name = 'RefundFailed';
}

/** Asks the bank, then writes down what it said. The bank is not asked about a payment that was decided on. */
export class Cashier {
  constructor(
    private readonly state: State,
    private readonly gateway: CardGateway,
    private readonly faults: Faults,
  ) {}

  async charge(
    cause: Cause,
    what: Charge,
    signal: AbortSignal,
    then: (session: Session, payment: Payment) => void = () => {},
  ): Promise<void> {
    const isOpen = load(this.state.store, Payment.type, what.orderId).isOpen;
    const said = isOpen ? await this.gateway.authorise(what.orderId, signal) : 'approved';
    await this.state.units.run(cause, (session) => {
      if (said === 'declined') session.load(Payment.type, what.orderId).fail(what.amount, 'CARD_DECLINED');
      then(session, charge(session, what));
    });
  }

  /** @throws RefundFailed, and nothing is written */
  async refund(cause: Cause, orderId: string, then: (session: Session) => void = () => {}): Promise<void> {
    await this.state.units.run(cause, (session) => {
      if (this.faults.refundFails(orderId) && session.load(Payment.type, orderId).state.status === 'completed')
        throw new RefundFailed('the bank refused the refund');
      refund(session, orderId);
      then(session);
    });
  }
}
