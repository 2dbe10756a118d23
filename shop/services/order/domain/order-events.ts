/** One line of an order; the price of one piece in cents. */
export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

/** By whom an order is carried out: services that react to each other, or the saga orchestrator. */
export type Fulfilment = 'choreography' | 'orchestration';

/** Where it was ordered: at home, or at a till. */
export type SalesChannel = 'web' | 'pos';

export interface OrderDetails {
  readonly userId: string;
  readonly channel: SalesChannel;
  readonly fulfilment: Fulfilment;
  readonly lines: readonly OrderLine[];
  readonly currency: string;
  /** Version in which `order.placed` is told: programs that know only older ones are still about. */
  readonly placedVersion: string;
}

/** What can happen to an order. Every event that was ever stored is here, in its newest shape. */
export type OrderEvent =
  | { readonly type: 'ORDER_CREATED'; readonly data: OrderDetails }
  | { readonly type: 'ORDER_PLACED'; readonly data: { readonly lines: readonly OrderLine[]; readonly currency: string } }
  | { readonly type: 'PAYMENT_CONFIRMED'; readonly data: { readonly paymentId: string } }
  | { readonly type: 'ORDER_SHIPPED'; readonly data: { readonly shipmentId: string } }
  | { readonly type: 'ORDER_COMPLETED'; readonly data: Readonly<Record<string, never>> }
  | { readonly type: 'ORDER_CANCELLED'; readonly data: { readonly reason: string } };
