import type { Database, Transaction } from '../db/database';
import type { Destination } from '../channels';
import type { OutgoingEvent } from '../events';

const TABLE = `
CREATE TABLE IF NOT EXISTS outbox (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL,
  broker   TEXT NOT NULL,
  channel  TEXT NOT NULL,
  lane     TEXT NOT NULL,   -- rows of a lane are published one after the other
  batch    TEXT,            -- rows of a batch are published in one transaction
  event    TEXT NOT NULL,   -- JSON, with this one channel
  UNIQUE (event_id, channel)
);
CREATE INDEX IF NOT EXISTS outbox_by_broker ON outbox (broker, seq);`;

export const OUTBOX_LIMIT = 10_000;

/** Brokers have been away for so long that nothing new may be accepted. Answered 503. */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull';
}

export type Broker = Destination['broker'];

export interface OutboxRow {
  readonly seq: number;
  readonly lane: string;
  readonly batch: string | null;
  readonly event: OutgoingEvent;
}

/** What is to be published, stored with the state it tells of: either both are there or neither. A published row is gone. */
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly limit = OUTBOX_LIMIT,
  ) {
    database.script(TABLE);
  }

  /** One row a channel. An event that still waits is not added twice. @throws OutboxFull */
  add(tx: Transaction, event: OutgoingEvent): void {
    if (this.isFull()) throw new OutboxFull(`${this.limit} events wait for a broker`);
    for (const destination of event.channels) {
      tx.run(
        `INSERT INTO outbox (event_id, broker, channel, lane, batch, event) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (event_id, channel) DO NOTHING`,
        event.id,
        destination.broker,
        destination.channel,
        event.transaction === undefined ? `${destination.channel}|${event.key}` : `${destination.channel}|${event.transaction.id}`,
        event.transaction?.batch ?? null,
        JSON.stringify({ ...event, channels: [destination] }),
      );
    }
  }

  /** The oldest rows of a broker after a number. Rows are numbered in the order of their commits. */
  next(broker: Broker, limit: number, after = 0): OutboxRow[] {
    return this.database
      .all<{ seq: number; lane: string; batch: string | null; event: string }>(
        'SELECT seq, lane, batch, event FROM outbox WHERE broker = ? AND seq > ? ORDER BY seq LIMIT ?',
        broker,
        after,
        limit,
      )
      .map(({ event, ...row }) => ({ ...row, event: JSON.parse(event) as OutgoingEvent }));
  }

  /** They are on the broker. */
  remove(seqs: readonly number[]): void {
    this.database.transaction((tx) => {
      for (const seq of seqs) tx.run('DELETE FROM outbox WHERE seq = ?', seq);
    });
  }

  pending(): number {
    return Number(this.database.get<{ n: number }>('SELECT COUNT(*) AS n FROM outbox')?.n ?? 0);
  }

  /** Counts only where the span of the numbers says that it might be full. */
  private isFull(): boolean {
    const span = this.database.get<{ span: number | null }>('SELECT MAX(seq) - MIN(seq) + 1 AS span FROM outbox')?.span ?? 0;
    return span >= this.limit && this.pending() >= this.limit;
  }
}
