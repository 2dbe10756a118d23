import { setTimeout as sleep } from 'node:timers/promises';
import { createQueryBus, type QueryBus } from '../../kernel/buses/query-bus';
import type { Database } from '../../kernel/db/database';
import { toAmount } from '../../kernel/money';

export interface OrderView {
  readonly orderId: string;
  readonly version: number;
  readonly status: string;
  readonly userId: string;
  readonly channel: string;
  readonly fulfilment: string;
  readonly totalAmount: number;
  readonly items: readonly { readonly productId: string; readonly quantity: number; readonly unitPrice: number }[];
  readonly reason: string | null;
}

export type OrderQueries = {
  readonly order: { readonly params: { readonly orderId: string }; readonly answer: OrderView | null };
  readonly customer: {
    readonly params: { readonly userId: string };
    readonly answer: readonly {
      readonly orderId: string;
      readonly version: number;
      readonly status: string;
      readonly totalAmount: number;
    }[];
  };
  readonly sales: {
    readonly params: { readonly from: number; readonly to: number };
    readonly answer: readonly { readonly hour: string; readonly orders: number; readonly totalAmount: number }[];
  };
};

export const createOrderQueries = (database: Database): QueryBus<OrderQueries> =>
  createQueryBus<OrderQueries>({
    order: ({ orderId }) => {
      const row = database.get<OrderRow>(`SELECT * FROM order_details WHERE order_id = ?`, orderId);
      return row === undefined ? null : toView(row);
    },
    customer: ({ userId }) =>
      database
        .all<Pick<OrderRow, 'order_id' | 'version' | 'status' | 'total_cents'>>(
          `SELECT order_id, version, status, total_cents FROM orders_by_customer WHERE user_id = ? ORDER BY created_at, order_id`,
          userId,
        )
        .map((row) => ({ orderId: row.order_id, version: row.version, status: row.status, totalAmount: toAmount(row.total_cents) })),
    sales: ({ from, to }) =>
      database
        .all<{ hour: number; orders: number; total_cents: number }>(
          `SELECT * FROM sales_by_hour WHERE hour BETWEEN ? AND ? ORDER BY hour`,
          from,
          to,
        )
        .map(({ hour, orders, total_cents }) => ({ hour: new Date(hour).toISOString(), orders, totalAmount: toAmount(total_cents) })),
  });

/** Waits until an order has a version, for those who have just written it. */
export class VersionWaiters {
  private readonly waiting = new Map<string, Set<{ readonly version: number; readonly resolve: () => void }>>();

  /** Resolves when the version is there, or after so many milliseconds. */
  async until(orderId: string, version: number, ms: number): Promise<void> {
    const ended = new AbortController();
    const waiter = { version, resolve: () => ended.abort() };
    const others = this.waiting.get(orderId) ?? new Set();
    this.waiting.set(orderId, others.add(waiter));
    await sleep(ms, undefined, { signal: ended.signal }).catch(() => {});
    others.delete(waiter);
    if (others.size === 0) this.waiting.delete(orderId);
  }

  reached(orderId: string, version: number): void {
    for (const waiter of this.waiting.get(orderId) ?? []) if (waiter.version <= version) waiter.resolve();
  }
}

interface OrderRow {
  readonly order_id: string;
  readonly version: number;
  readonly status: string;
  readonly user_id: string;
  readonly channel: string;
  readonly fulfilment: string;
  readonly total_cents: number;
  readonly items: string;
  readonly reason: string | null;
}

function toView(row: OrderRow): OrderView {
  const items = JSON.parse(row.items) as { productId: string; quantity: number; unitPriceCents: number }[];
  return {
    orderId: row.order_id,
    version: row.version,
    status: row.status,
    userId: row.user_id,
    channel: row.channel,
    fulfilment: row.fulfilment,
    totalAmount: toAmount(row.total_cents),
    items: items.map(({ unitPriceCents, ...item }) => ({ ...item, unitPrice: toAmount(unitPriceCents) })),
    reason: row.reason,
  };
}
