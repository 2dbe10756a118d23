import type { Projection } from './projection';

const HOUR_MS = 3_600_000;

/** What was sold in an hour. What an order is worth is only said when it is created, so it is kept until the order is completed. */
export const SALES_BY_HOUR: Projection = {
  name: 'sales',
  tables: ['sales_by_hour', 'sales_orders'],
  create: (suffix) => `
CREATE TABLE IF NOT EXISTS sales_by_hour${suffix} (hour INTEGER PRIMARY KEY, orders INTEGER NOT NULL, total_cents INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sales_orders${suffix} (order_id TEXT PRIMARY KEY, total_cents INTEGER NOT NULL, sold INTEGER NOT NULL);`,
  apply: (tx, suffix, { type, data, at }) => {
    if (type === 'ORDER_CREATED')
      tx.run(`INSERT INTO sales_orders${suffix} VALUES (?, ?, 0) ON CONFLICT (order_id) DO NOTHING`, data.orderId, data.totalCents);
    if (type !== 'ORDER_COMPLETED') return;
    const { changes } = tx.run(`UPDATE sales_orders${suffix} SET sold = 1 WHERE order_id = ? AND sold = 0`, data.orderId);
    if (changes === 0) return;
    tx.run(
      `INSERT INTO sales_by_hour${suffix} SELECT ?, 1, total_cents FROM sales_orders${suffix} WHERE order_id = ?
       ON CONFLICT (hour) DO UPDATE SET orders = orders + 1, total_cents = sales_by_hour${suffix}.total_cents + excluded.total_cents`,
      Math.floor(at / HOUR_MS) * HOUR_MS,
      data.orderId,
    );
  },
};
