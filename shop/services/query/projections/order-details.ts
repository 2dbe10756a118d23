import { STATUS, type Projection } from './projection';

/** Everything about one order. */
export const ORDER_DETAILS: Projection = {
  name: 'orders',
  tables: ['order_details'],
  create: (suffix) => `
CREATE TABLE IF NOT EXISTS order_details${suffix} (
  order_id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, user_id TEXT NOT NULL, channel TEXT NOT NULL,
  fulfilment TEXT NOT NULL, total_cents INTEGER NOT NULL, items TEXT NOT NULL, reason TEXT, updated_at INTEGER NOT NULL
);`,
  apply: (tx, suffix, { type, data, at }) => {
    if (type === 'ORDER_CREATED') {
      tx.run(
        `INSERT INTO order_details${suffix} VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL, ?) ON CONFLICT (order_id) DO NOTHING`,
        data.orderId,
        data.orderVersion,
        STATUS[type],
        data.userId,
        data.channel,
        data.fulfilment,
        data.totalCents,
        JSON.stringify(data.items),
        at,
      );
      return;
    }
    tx.run(
      `UPDATE order_details${suffix} SET status = ?, reason = ?, version = ?, updated_at = ? WHERE order_id = ? AND version < ?`,
      STATUS[type],
      type === 'ORDER_CANCELLED' ? data.reason : null,
      data.orderVersion,
      at,
      data.orderId,
      data.orderVersion,
    );
  },
};
