import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { given } from '../../../kernel/domain-events/given.fixture';
import { Account, transfer } from './account';
import { Payment, type PaymentEvent } from './payment';

const payment = (...past: readonly PaymentEvent[]) => given(Payment.type, ...past);
const completed: PaymentEvent = { type: 'PAYMENT_COMPLETED', data: { userId: 'u', amount: 500, transferId: 'tx-1' } };
const refunded: PaymentEvent = { type: 'PAYMENT_REFUNDED', data: { amount: 500, transferId: 'rf-1' } };

describe('a payment', () => {
  it('[SS14] given none, when it is charged, then once; declined, then never', () => {
    expect(payment().when((it) => expect(it.complete('u', 500)).toBe('tx-1'))).toEqual([completed]);
    expect(payment(completed).when((it) => expect(it.complete('u', 500)).toBeNull())).toEqual([]);
    const failed = payment().when((it) => it.fail(500, 'CARD_DECLINED'));
    expect(payment(...failed).when((it) => expect(it.complete('u', 500)).toBeNull())).toEqual([]);
  });

  it('[SS14] given a charge, when it is given back twice, then once; given none, then nothing, and no charge comes later', () => {
    expect(payment(completed).when((it) => expect(it.refund()).toBe('rf-1'))).toEqual([refunded]);
    expect(payment(completed, refunded).when((it) => expect(it.refund()).toBeNull())).toEqual([]);
    const barred = payment().when((it) => expect(it.refund()).toBeNull());
    expect(payment(...barred).when((it) => expect(it.complete('u', 500)).toBeNull())).toEqual([]);
  });
});

describe('accounts', () => {
  it('[SS14] sum to nothing after any transfers', () => {
    const move = fc.record({ from: fc.nat(3), to: fc.nat(3), amount: fc.integer({ min: 1, max: 100_000 }) });
    fc.assert(
      fc.property(fc.array(move), (moves) => {
        const accounts = [0, 1, 2, 3].map((n) => Account.type.create(String(n), Account.type.initial, 0));
        for (const { from, to, amount } of moves)
          transfer(accounts[from]!, accounts[to]!, { transferId: 't', orderId: 'o', amount, kind: 'charge' });
        expect(accounts.reduce((sum, { state }) => sum + state.balance, 0)).toBe(0);
        expect(accounts.reduce((rows, { pending }) => rows + pending.length, 0)).toBe(2 * moves.length);
      }),
    );
  });
});
