import type { Database, Transaction } from '../../kernel/db/database';

const TABLES = `
CREATE TABLE IF NOT EXISTS members (
  user_id TEXT PRIMARY KEY,
  since   INTEGER NOT NULL    -- milliseconds since 1970
);
CREATE TABLE IF NOT EXISTS points (
  order_id TEXT PRIMARY KEY,  -- one award an order
  user_id  TEXT NOT NULL,
  points   INTEGER NOT NULL,
  at       INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS points_by_user ON points (user_id);`;

/** Who collects, and what they have. */
export class Members {
  constructor(private readonly database: Database) {
    database.script(TABLES);
  }

  join(tx: Transaction, userId: string, at: number): void {
    tx.run('INSERT INTO members (user_id, since) VALUES (?, ?) ON CONFLICT (user_id) DO NOTHING', userId, at);
  }

  award(tx: Transaction, orderId: string, userId: string, points: number, at: number): void {
    tx.run('INSERT INTO points (order_id, user_id, points, at) VALUES (?, ?, ?, ?)', orderId, userId, points, at);
  }

  hasAward(orderId: string): boolean {
    return this.database.get('SELECT 1 FROM points WHERE order_id = ?', orderId) !== undefined;
  }

  balance(userId: string): number | null {
    const member = this.database.get('SELECT 1 FROM members WHERE user_id = ?', userId);
    const { sum } = this.database.get<{ sum: number | null }>('SELECT SUM(points) AS sum FROM points WHERE user_id = ?', userId) ?? {
      sum: null,
    };
    return member === undefined && sum === null ? null : (sum ?? 0);
  }
}
