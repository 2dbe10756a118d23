import { STATUS, type Projection } from './projection';

/** The orders of a customer, as a list. */
export const ORDERS_BY_CUSTOMER: Projection = {
  name: 'customers',
  tables: ['orders_by_customer'],
  create: (suffix) => `
CREATE TABLE IF NOT EXISTS orders_by_customer${suffix} (
  user_id TEXT NOT NULL, order_id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, status TEXT NOT NULL, total_cents INTEGER NOT NULL,
  created_at INTEGER NOT NULL, PRIMARY KEY (user_id, order_id)
);`,
  apply: (tx, suffix, { type, data, at }) => {
    if (type === 'ORDER_CREATED') {
      tx.run(
        `INSERT INTO orders_by_customer${suffix} VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        data.userId,
        data.orderId,
        data.orderVersion,
        STATUS[type],
        data.totalCents,
        at,
      );
      return;
    }
    tx.run(
      `UPDATE orders_by_customer${suffix} SET status = ?, version = ? WHERE order_id = ? AND version < ?`,
      STATUS[type],
      data.orderVersion,
      data.orderId,
      data.orderVersion,
    );
  },
};
