import { Aggregate, type AggregateType } from '../../../kernel/domain-events/aggregate';

export type PaymentEvent =
  | { readonly type: 'PAYMENT_COMPLETED'; readonly data: { readonly userId: string; readonly amount: number; readonly transferId: string } }
  | { readonly type: 'PAYMENT_FAILED'; readonly data: { readonly amount: number; readonly reason: string } }
  | { readonly type: 'PAYMENT_REFUNDED'; readonly data: { readonly amount: number; readonly transferId: string } }
  /** The undo came before the charge: none will be made. */
  | { readonly type: 'PAYMENT_BARRED'; readonly data: Readonly<Record<string, never>> };

export interface PaymentState {
  readonly status: 'none' | 'completed' | 'failed' | 'refunded' | 'barred';
  readonly userId: string | null;
  /** Cents. */
  readonly amount: number;
  readonly reason: string | null;
}

export function evolvePayment(state: PaymentState, event: PaymentEvent): PaymentState {
  switch (event.type) {
    case 'PAYMENT_COMPLETED':
      return { ...state, status: 'completed', userId: event.data.userId, amount: event.data.amount };
    case 'PAYMENT_FAILED':
      return { ...state, status: 'failed', reason: event.data.reason };
    case 'PAYMENT_REFUNDED':
      return { ...state, status: 'refunded' };
    case 'PAYMENT_BARRED':
      return { ...state, status: 'barred', reason: 'ORDER_CANCELLED' };
  }
}

/** The money of one order: taken at most once, given back at most once. Its id is the order's. */
export class Payment extends Aggregate<PaymentState, PaymentEvent> {
  static readonly type: AggregateType<PaymentState, PaymentEvent, Payment> = {
    name: 'payment',
    initial: { status: 'none', userId: null, amount: 0, reason: null },
    evolve: evolvePayment,
    create: (id, state, version) => new Payment(id, state, version, evolvePayment),
  };

  get paymentId(): string {
    return `pay-${this.id}`;
  }

  /** Whether a decision is still to be made: asking again changes nothing. */
  get isOpen(): boolean {
    return this.state.status === 'none';
  }

  /** The transfer to make, or null when there is none to make any more. */
  complete(userId: string, amount: number): string | null {
    if (!this.isOpen) return null;
    const transferId = `tx-${this.id}`;
    this.raise({ type: 'PAYMENT_COMPLETED', data: { userId, amount, transferId } });
    return transferId;
  }

  fail(amount: number, reason: string): void {
    if (this.isOpen) this.raise({ type: 'PAYMENT_FAILED', data: { amount, reason } });
  }

  /** The transfer back, or null when there is nothing to give back. */
  refund(): string | null {
    if (this.isOpen) this.raise({ type: 'PAYMENT_BARRED', data: {} });
    if (this.state.status !== 'completed') return null;
    const transferId = `rf-${this.id}`;
    this.raise({ type: 'PAYMENT_REFUNDED', data: { amount: this.state.amount, transferId } });
    return transferId;
  }
}
