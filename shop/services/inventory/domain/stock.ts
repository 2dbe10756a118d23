import { Aggregate, DomainError, type AggregateType } from '../../../kernel/domain-events/aggregate';

export type StockEvent =
  | { readonly type: 'STOCK_RECEIVED'; readonly data: { readonly quantity: number } }
  | { readonly type: 'STOCK_RESERVED'; readonly data: { readonly orderId: string; readonly quantity: number } }
  | { readonly type: 'STOCK_RELEASED'; readonly data: { readonly orderId: string; readonly quantity: number } }
  | { readonly type: 'STOCK_COMMITTED'; readonly data: { readonly orderId: string; readonly quantity: number } };

export interface StockState {
  /** Pieces that nobody has asked for yet. Never negative. */
  readonly available: number;
  /** Pieces in the house that belong to somebody. */
  readonly reserved: number;
}

export function evolveStock({ available, reserved }: StockState, { type, data: { quantity } }: StockEvent): StockState {
  switch (type) {
    case 'STOCK_RECEIVED':
      return { available: available + quantity, reserved };
    case 'STOCK_RESERVED':
      return { available: available - quantity, reserved: reserved + quantity };
    case 'STOCK_RELEASED':
      return { available: available + quantity, reserved: reserved - quantity };
    case 'STOCK_COMMITTED':
      return { available, reserved: reserved - quantity };
  }
}

/** What is there of one product. Who may take it, and whether they have, is the reservation's to know. */
export class Stock extends Aggregate<StockState, StockEvent> {
  static readonly type: AggregateType<StockState, StockEvent, Stock> = {
    name: 'stock',
    initial: { available: 0, reserved: 0 },
    evolve: evolveStock,
    create: (id, state, version) => new Stock(id, state, version, evolveStock),
  };

  receive(quantity: number): void {
    if (quantity > 0) this.raise({ type: 'STOCK_RECEIVED', data: { quantity } });
  }

  has(quantity: number): boolean {
    return this.state.available >= quantity;
  }

  reserve(orderId: string, quantity: number): void {
    if (!this.has(quantity)) throw new DomainError('INSUFFICIENT_STOCK', `${this.id}: ${quantity} of ${this.state.available}`);
    this.raise({ type: 'STOCK_RESERVED', data: { orderId, quantity } });
  }

  release(orderId: string, quantity: number): void {
    this.raise({ type: 'STOCK_RELEASED', data: { orderId, quantity } });
  }

  commit(orderId: string, quantity: number): void {
    this.raise({ type: 'STOCK_COMMITTED', data: { orderId, quantity } });
  }
}
