import type { Database, Transaction } from '../../kernel/db/database';

const TABLE = `
CREATE TABLE IF NOT EXISTS carts (
  user_id    TEXT PRIMARY KEY,
  items      TEXT NOT NULL,      -- JSON
  created_at INTEGER NOT NULL    -- milliseconds since 1970
);`;

/** A customer's cart; a new customer has an empty one before they ask for it. */
export class Carts {
  constructor(private readonly database: Database) {
    database.script(TABLE);
  }

  open(tx: Transaction, userId: string, at: number): void {
    tx.run(`INSERT INTO carts (user_id, items, created_at) VALUES (?, '[]', ?) ON CONFLICT (user_id) DO NOTHING`, userId, at);
  }

  get(userId: string): readonly unknown[] | null {
    const row = this.database.get<{ items: string }>('SELECT items FROM carts WHERE user_id = ?', userId);
    return row === undefined ? null : (JSON.parse(row.items) as unknown[]);
  }
}
