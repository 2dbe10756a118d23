import type { Database, Transaction } from '../../kernel/db/database';

/** The report of before: pieces and turnover by product, from orders as version 1 told them. */
export class LegacySales {
  constructor(private readonly database: Database) {
    database.script(`
CREATE TABLE IF NOT EXISTS legacy_sales (
  order_id TEXT NOT NULL, product_id TEXT NOT NULL, quantity INTEGER NOT NULL, amount REAL NOT NULL, PRIMARY KEY (order_id, product_id)
);`);
  }

  add(
    {
      orderId,
      items,
    }: {
      readonly orderId: string;
      readonly items: readonly { readonly productId: string; readonly quantity: number; readonly price: number }[];
    },
    complete: (tx: Transaction) => void,
  ): void {
    this.database.transaction((tx) => {
      for (const { productId, quantity, price } of items)
        tx.run(
          `INSERT INTO legacy_sales VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET quantity = excluded.quantity, amount = excluded.amount`,
          orderId,
          productId,
          quantity,
          quantity * price,
        );
      complete(tx);
    });
  }

  byProduct(): readonly { readonly productId: string; readonly orders: number; readonly amount: number }[] {
    return this.database.all(
      `SELECT product_id AS productId, count(*) AS orders, round(sum(amount), 2) AS amount FROM legacy_sales GROUP BY product_id ORDER BY product_id`,
    );
  }
}

/** Prices as the reporting-service has heard them. Its queue keeps what is said while it is away, up to a number. */
export class PriceList {
  constructor(private readonly database: Database) {
    database.script(
      `CREATE TABLE IF NOT EXISTS price_changes (event_id TEXT PRIMARY KEY, product_id TEXT NOT NULL, price REAL NOT NULL, currency TEXT NOT NULL, at INTEGER NOT NULL);`,
    );
  }

  change(
    eventId: string,
    at: number,
    { productId, price, currency }: { readonly productId: string; readonly price: number; readonly currency: string },
  ): void {
    this.database.run(
      `INSERT INTO price_changes VALUES (?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
      eventId,
      productId,
      price,
      currency,
      at,
    );
  }

  changes(): number {
    return this.database.get<{ n: number }>(`SELECT count(*) AS n FROM price_changes`)?.n ?? 0;
  }
}
