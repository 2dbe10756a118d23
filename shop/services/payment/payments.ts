import { toExchange, toTopic } from '../../kernel/channels';
import type { RecordedEvent } from '../../kernel/event-store/event-store';
import { toAmount } from '../../kernel/money';
import type { Draft, Session } from '../../kernel/unit-of-work/unit-of-work';
import { Account, customerAccount, SHOP_ACCOUNT, transfer } from './domain/account';
import { Payment } from './domain/payment';

export interface Charge {
  readonly orderId: string;
  readonly userId: string;
  /** Cents. */
  readonly amount: number;
}

/** Takes the money of an order: the payment and both sides of the transfer, or nothing. */
export function charge(session: Session, { orderId, userId, amount }: Charge): Payment {
  const payment = session.load(Payment.type, orderId);
  const transferId = payment.complete(userId, amount);
  if (transferId !== null)
    transfer(session.load(Account.type, customerAccount(userId)), session.load(Account.type, SHOP_ACCOUNT), {
      transferId,
      orderId,
      amount,
      kind: 'charge',
    });
  return payment;
}

/** Gives it back, if it was taken. */
export function refund(session: Session, orderId: string): void {
  const payment = session.load(Payment.type, orderId);
  const { userId, amount } = payment.state;
  const transferId = payment.refund();
  if (transferId !== null && userId !== null)
    transfer(session.load(Account.type, SHOP_ACCOUNT), session.load(Account.type, customerAccount(userId)), {
      transferId,
      orderId,
      amount,
      kind: 'refund',
    });
}

/** The ledger's transactional id: one relay writes it at a time, and Kafka shuts out one that thinks it still does. */
const LEDGER = 'payment-service-ledger';

/** What others are told. The two rows of a transfer go into the ledger in one transaction. */
export function paymentMessages({ type, stream, data }: RecordedEvent): readonly Draft[] {
  const to = (wire: string, said: object): Draft[] => {
    const orderId = stream.slice('payment-'.length);
    return [
      { type: wire, key: orderId, data: { paymentId: `pay-${orderId}`, orderId, ...said }, channels: [toExchange('ecommerce.events')] },
    ];
  };
  const amount = toAmount(Number(data.amount));
  switch (type) {
    case 'PAYMENT_COMPLETED':
      return to('payment.completed', { userId: data.userId, amount, transactionId: data.transferId });
    case 'PAYMENT_FAILED':
      return to('payment.failed', { amount, reason: data.reason });
    case 'PAYMENT_REFUNDED':
      return to('payment.refunded', { amount, transactionId: data.transferId });
    case 'ENTRY_POSTED': {
      const { transferId, accountId, orderId, kind } = data;
      return [
        {
          type: 'ledger.entry.posted',
          key: String(accountId),
          data: { transferId, accountId, orderId, amountCents: data.amount, kind },
          channels: [toTopic('payment-ledger')],
          transaction: { id: LEDGER, batch: String(transferId) },
        },
      ];
    }
    default:
      return [];
  }
}
