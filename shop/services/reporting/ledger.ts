import type { z } from 'zod';
import type { Database, Transaction } from '../../kernel/db/database';
import type { LEDGER_CONTRACTS } from './contracts';

export type LedgerEntry = z.infer<(typeof LEDGER_CONTRACTS)['ledger.entry.posted']>;

/** The bookkeeper's own copy of the ledger. What was posted is posted once, and the two sides of every transfer sum to nothing. */
export class Ledger {
  constructor(private readonly database: Database) {
    database.script(`
CREATE TABLE IF NOT EXISTS ledger (
  event_id TEXT PRIMARY KEY, transfer_id TEXT NOT NULL, account_id TEXT NOT NULL, order_id TEXT NOT NULL,
  amount_cents INTEGER NOT NULL, kind TEXT NOT NULL
);`);
  }

  post(eventId: string, entry: LedgerEntry, complete: (tx: Transaction) => void): void {
    this.database.transaction((tx) => {
      tx.run(
        `INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
        eventId,
        entry.transferId,
        entry.accountId,
        entry.orderId,
        entry.amountCents,
        entry.kind,
      );
      complete(tx);
    });
  }

  balance(): { readonly rows: number; readonly sumCents: number } {
    return (
      this.database.get<{ rows: number; sumCents: number }>(
        `SELECT count(*) AS rows, coalesce(sum(amount_cents), 0) AS sumCents FROM ledger`,
      ) ?? {
        rows: 0,
        sumCents: 0,
      }
    );
  }

  byAccount(): readonly { readonly accountId: string; readonly rows: number; readonly sumCents: number }[] {
    return this.database.all(
      `SELECT account_id AS accountId, count(*) AS rows, sum(amount_cents) AS sumCents FROM ledger GROUP BY account_id ORDER BY account_id`,
    );
  }
}
