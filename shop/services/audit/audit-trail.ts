import type { Database, Transaction } from '../../kernel/db/database';
import type { IncomingEvent } from '../../kernel/events';

export interface AuditRow {
  readonly eventId: string;
  readonly type: string;
  /** Who said it. */
  readonly source: string;
  /** Milliseconds since 1970, by the clock of who said it. */
  readonly at: number;
  readonly about: string;
  readonly correlationId: string;
  readonly causationId: string | null;
}

const TABLE = `
CREATE TABLE IF NOT EXISTS audit (
  seq            INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id       TEXT NOT NULL UNIQUE,
  type           TEXT NOT NULL,
  source         TEXT NOT NULL,
  at             INTEGER NOT NULL,
  about          TEXT NOT NULL,
  correlation_id TEXT NOT NULL,
  causation_id   TEXT
);
CREATE INDEX IF NOT EXISTS audit_by_correlation ON audit (correlation_id);
CREATE TRIGGER IF NOT EXISTS audit_is_written_once BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is immutable'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is immutable'); END;`;

const COLUMNS = 'event_id AS eventId, type, source, at, about, correlation_id AS correlationId, causation_id AS causationId';

/** Rows are added, never changed. What was said stays in the event; here is who said that it happened, and why. */
export class AuditTrail {
  constructor(private readonly database: Database) {
    database.script(TABLE);
  }

  add(event: IncomingEvent, complete: (tx: Transaction) => void): void {
    const about = event.data.orderId ?? event.data.userId ?? event.data.reportId ?? event.key;
    this.database.transaction((tx) => {
      tx.run(
        `INSERT INTO audit (event_id, type, source, at, about, correlation_id, causation_id) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
        event.id,
        event.type,
        event.source,
        event.at,
        String(about),
        event.correlationId,
        event.causationId,
      );
      complete(tx);
    });
  }

  /** Of one order, user or report: oldest first. */
  about(id: string): readonly AuditRow[] {
    return this.database.all(`SELECT ${COLUMNS} FROM audit WHERE about = ? OR correlation_id = ? ORDER BY at, seq`, id, id);
  }

  latest(limit: number): readonly AuditRow[] {
    return this.database.all(`SELECT ${COLUMNS} FROM audit ORDER BY seq DESC LIMIT ?`, limit);
  }
}
