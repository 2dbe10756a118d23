import { Aggregate, DomainError, TooEarly, type AggregateType } from '../../../kernel/domain-events/aggregate';
import type { OrderDetails, OrderEvent } from './order-events';
import { ORDER_UPCASTERS } from './order-upcasters';

export type OrderStatus = 'none' | 'created' | 'placed' | 'paid' | 'shipped' | 'completed' | 'cancelled';

export interface OrderState {
  readonly status: OrderStatus;
  readonly details: OrderDetails | null;
  readonly paymentId: string | null;
  readonly shipmentId: string | null;
  readonly reason: string | null;
}

const NOTHING: OrderState = { status: 'none', details: null, paymentId: null, shipmentId: null, reason: null };

/** How far an order has come; what is behind it is late news. */
const PROGRESS: readonly OrderStatus[] = ['none', 'created', 'placed', 'paid', 'shipped', 'completed'];

export function evolveOrder(state: OrderState, event: OrderEvent): OrderState {
  switch (event.type) {
    case 'ORDER_CREATED':
      return { ...state, status: 'created', details: event.data };
    case 'ORDER_PLACED':
      return { ...state, status: 'placed' };
    case 'PAYMENT_CONFIRMED':
      return { ...state, status: 'paid', paymentId: event.data.paymentId };
    case 'ORDER_SHIPPED':
      return { ...state, status: 'shipped', shipmentId: event.data.shipmentId };
    case 'ORDER_COMPLETED':
      return { ...state, status: 'completed' };
    case 'ORDER_CANCELLED':
      return { ...state, status: 'cancelled', reason: event.data.reason };
  }
}

/**
 * One order, from the checkout to its end: completed or cancelled, and then for ever. News that come twice or late change nothing; news that come before
 * what they build on are refused with `TooEarly`, and tried again.
 */
export class Order extends Aggregate<OrderState, OrderEvent> {
  static readonly type: AggregateType<OrderState, OrderEvent, Order> = {
    name: 'order',
    initial: NOTHING,
    evolve: evolveOrder,
    create: (id, state, version) => new Order(id, state, version, evolveOrder),
    upcasters: ORDER_UPCASTERS,
    schemaVersionOf: (type) => (type === 'ORDER_PLACED' ? '2.0.0' : '1.0.0'),
  };

  create(details: OrderDetails): void {
    if (this.state.status !== 'none') return;
    if (details.lines.length === 0) throw new DomainError('EMPTY_ORDER');
    this.raise({ type: 'ORDER_CREATED', data: details });
  }

  place(): void {
    const { details } = this.state;
    if (details === null) throw new TooEarly(`order ${this.id} does not exist yet`);
    if (this.state.status === 'created') this.raise({ type: 'ORDER_PLACED', data: { lines: details.lines, currency: details.currency } });
  }

  confirmPayment(paymentId: string): void {
    if (this.takesNews('placed', 'a payment')) this.raise({ type: 'PAYMENT_CONFIRMED', data: { paymentId } });
  }

  ship(shipmentId: string): void {
    if (this.takesNews('paid', 'a shipment')) this.raise({ type: 'ORDER_SHIPPED', data: { shipmentId } });
  }

  complete(): void {
    if (this.takesNews('shipped', 'its completion')) this.raise({ type: 'ORDER_COMPLETED', data: {} });
  }

  /** An order that is complete can't be cancelled; one that is cancelled stays so, for its first reason. */
  cancel(reason: string): void {
    const { status } = this.state;
    if (status === 'none') throw new TooEarly(`order ${this.id} does not exist yet`);
    if (status === 'completed') throw new DomainError('ORDER_ALREADY_COMPLETED');
    if (status !== 'cancelled') this.raise({ type: 'ORDER_CANCELLED', data: { reason } });
  }

  /** Whether the order stands where the news build on. */
  private takesNews(after: OrderStatus, what: string): boolean {
    const { status } = this.state;
    if (status === after) return true;
    if (status === 'cancelled' || PROGRESS.indexOf(status) > PROGRESS.indexOf(after)) return false;
    throw new TooEarly(`order ${this.id} is ${status}: ${what} is ahead of it`);
  }
}

export const totalOf = ({ lines }: Pick<OrderDetails, 'lines'>): number =>
  lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
