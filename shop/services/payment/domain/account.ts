import { Aggregate, type AggregateType } from '../../../kernel/domain-events/aggregate';

/** One side of a transfer, as it stands in the books. */
export interface Entry {
  readonly transferId: string;
  readonly orderId: string;
  /** Cents; what leaves the account is negative. */
  readonly amount: number;
  readonly kind: 'charge' | 'refund';
}

export interface AccountEvent {
  readonly type: 'ENTRY_POSTED';
  readonly data: Entry & { readonly accountId: string };
}

export interface AccountState {
  /** Cents. A customer's account is what they have paid: below zero. */
  readonly balance: number;
}

const evolve = ({ balance }: AccountState, { data }: AccountEvent): AccountState => ({ balance: balance + data.amount });

/** The shop's own account, and each customer's. Money only moves between two of them: their balances sum to nothing. */
export class Account extends Aggregate<AccountState, AccountEvent> {
  static readonly type: AggregateType<AccountState, AccountEvent, Account> = {
    name: 'account',
    initial: { balance: 0 },
    evolve,
    create: (id, state, version) => new Account(id, state, version, evolve),
  };

  post(entry: Entry): void {
    this.raise({ type: 'ENTRY_POSTED', data: { ...entry, accountId: this.id } });
  }
}

export const SHOP_ACCOUNT = 'shop:revenue';
export const customerAccount = (userId: string): string => `customer:${userId}`;

/** Money leaves one account and arrives on another, in one unit of work. */
export function transfer(from: Account, to: Account, entry: Entry): void {
  from.post({ ...entry, amount: -entry.amount });
  to.post(entry);
}
