import type { z } from 'zod';
import type { Database, Transaction } from '../../kernel/db/database';
import type { SUMMARY_CONTRACTS } from './contracts';

export type Summary = z.infer<(typeof SUMMARY_CONTRACTS)['order.summary']>;

/** The newest record of each order on the compacted topic: what the topic keeps when it has forgotten the rest. */
export class Summaries {
  constructor(private readonly database: Database) {
    database.script(`CREATE TABLE IF NOT EXISTS order_summaries (order_id TEXT PRIMARY KEY, summary TEXT NOT NULL);`);
  }

  put(summary: Summary, complete: (tx: Transaction) => void): void {
    this.database.transaction((tx) => {
      tx.run(
        `INSERT INTO order_summaries (order_id, summary) VALUES (?, ?) ON CONFLICT (order_id) DO UPDATE SET summary = excluded.summary`,
        summary.orderId,
        JSON.stringify(summary),
      );
      complete(tx);
    });
  }

  of(orderId: string): Summary | null {
    const row = this.database.get<{ summary: string }>(`SELECT summary FROM order_summaries WHERE order_id = ?`, orderId);
    return row === undefined ? null : (JSON.parse(row.summary) as Summary);
  }
}
