import type { Database, Transaction } from '../../kernel/db/database';
import { ConflictError } from '../../kernel/event-store/event-store';
import { foldSaga, type Command, type Line, type Saga, type SagaStatus } from './domain/order-saga';

const TABLES = `
CREATE TABLE IF NOT EXISTS sagas (
  saga        TEXT PRIMARY KEY,
  order_id    TEXT NOT NULL,
  state       TEXT NOT NULL,
  subject     TEXT NOT NULL,     -- JSON: what its commands need of the order
  traceparent TEXT,
  started_at  INTEGER NOT NULL   -- milliseconds since 1970
);
CREATE INDEX IF NOT EXISTS sagas_by_state ON sagas (state);
CREATE TABLE IF NOT EXISTS saga_log (
  saga    TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  step    TEXT NOT NULL,         -- the command, or 'saga'
  state   TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  due     INTEGER,               -- when to look at this step again; null once it is over
  cause   TEXT,                  -- the message that led here
  data    TEXT,                  -- JSON
  at      INTEGER NOT NULL,
  PRIMARY KEY (saga, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS saga_log_by_due ON saga_log (due) WHERE due IS NOT NULL;`;

/** What a saga knows of its order from the beginning. */
export interface Subject {
  readonly orderId: string;
  readonly userId: string;
  /** Units of money, as the wire says it. */
  readonly amount: number;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

export interface Logged {
  readonly id: string;
  readonly subject: Subject;
  readonly saga: Saga;
  readonly traceparent: string | null;
  /** Number of the last line. */
  readonly seq: number;
  /** The message that led to the last line. */
  readonly cause: string | null;
}

interface LogRow {
  seq: number;
  step: string;
  state: string;
  attempt: number;
  due: number | null;
  cause: string | null;
  data: string | null;
}

export const sagaIdOf = (orderId: string): string => `saga-${orderId}`;

/** Everything the orchestrator knows. A line is written in the transaction that puts its command into the outbox: before it is sent. */
export class SagaLog {
  constructor(private readonly database: Database) {
    database.script(TABLES);
  }

  get(id: string): Logged | null {
    const head = this.database.get<{ subject: string; traceparent: string | null }>(
      'SELECT subject, traceparent FROM sagas WHERE saga = ?',
      id,
    );
    if (head === undefined) return null;
    const rows = this.database.all<LogRow>(
      'SELECT seq, step, state, attempt, due, cause, data FROM saga_log WHERE saga = ? ORDER BY seq',
      id,
    );
    return {
      id,
      subject: JSON.parse(head.subject) as Subject,
      traceparent: head.traceparent,
      saga: foldSaga(rows.map(toLine)),
      seq: rows.at(-1)?.seq ?? 0,
      cause: rows.at(-1)?.cause ?? null,
    };
  }

  /** Once an order. @throws ConflictError when the other instance was faster */
  open(tx: Transaction, subject: Subject, traceparent: string | null, at: number): void {
    const { changes } = tx.run(
      `INSERT INTO sagas (saga, order_id, state, subject, traceparent, started_at) VALUES (?, ?, 'running', ?, ?, ?) ON CONFLICT (saga) DO NOTHING`,
      sagaIdOf(subject.orderId),
      subject.orderId,
      JSON.stringify(subject),
      traceparent,
      at,
    );
    if (changes === 0) throw new ConflictError(`the saga of ${subject.orderId} is open`);
  }

  /** @throws ConflictError when the log is not at `expected` any more */
  append(tx: Transaction, id: string, expected: number, lines: readonly Line[], cause: string | null, at: number): void {
    const last = tx.get<{ seq: number | null }>('SELECT MAX(seq) AS seq FROM saga_log WHERE saga = ?', id)?.seq ?? 0;
    if (last !== expected) throw new ConflictError(`the log of ${id} is not at ${expected} any more`);
    for (const [n, line] of lines.entries()) {
      tx.run('UPDATE saga_log SET due = NULL WHERE saga = ? AND step = ? AND due IS NOT NULL', id, line.step);
      tx.run(
        'INSERT INTO saga_log (saga, seq, step, state, attempt, due, cause, data, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
        id,
        expected + n + 1,
        line.step,
        line.state,
        line.attempt,
        line.due,
        cause,
        line.data === undefined ? null : JSON.stringify(line.data),
        at,
      );
      if (line.step === 'saga') tx.run('UPDATE sagas SET state = ? WHERE saga = ?', line.state, id);
    }
  }

  /** Steps whose wait is over, the longest first. */
  due(now: number, limit: number): { readonly saga: string; readonly step: Command }[] {
    return this.database.all('SELECT saga, step FROM saga_log WHERE due <= ? ORDER BY due LIMIT ?', now, limit);
  }

  /** Nothing waits for this step any more. */
  settle(tx: Transaction, id: string, step: Command): void {
    tx.run('UPDATE saga_log SET due = NULL WHERE saga = ? AND step = ?', id, step);
  }

  counts(): { readonly state: SagaStatus; readonly sagas: number }[] {
    return this.database.all('SELECT state, COUNT(*) AS sagas FROM sagas GROUP BY state');
  }
}

const toLine = ({ step, state, attempt, due, data }: LogRow): Line =>
  ({ step, state, attempt, due, ...(data === null ? {} : { data: JSON.parse(data) as object }) }) as Line;
