import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '../db/database';
import type { Idempotency } from '../service-host';

const TABLE = `
CREATE TABLE IF NOT EXISTS processed_events (
  consumer TEXT NOT NULL,
  event_id TEXT NOT NULL,
  state    TEXT NOT NULL CHECK (state IN ('processing', 'completed', 'failed')),
  lease    INTEGER NOT NULL,          -- until when nobody else may try; of a completed one: since when it is. Milliseconds since 1970
  PRIMARY KEY (consumer, event_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS processed_events_by_age ON processed_events (lease) WHERE state = 'completed';`;

export const LEASE_MS = 30_000;
/** So long a completed event is remembered: a day longer than Kafka keeps anything that an idempotent consumer reads. No time factor shortens it. */
export const KEPT_MS = 8 * 86_400_000;
/** After so many claims what is too old is removed, at most so many rows at a time: more than came, and no pause that anybody notices. */
const PRUNE_EVERY = 500;
const PRUNED_AT_ONCE = 1_000;

/**
 * Which events a consumer has had. `begin` claims one for 30 s; the effect and `complete` share one transaction, so that an event counts as had
 * exactly when its effect is there. Only `completed` is skipped: after a failure or a crash the event is tried again.
 */
export class ProcessedEvents implements Idempotency {
  private readonly leaseMs: number;
  private claims = 0;

  constructor(
    private readonly database: Database,
    private readonly time: (ms: number) => number,
    private readonly clock: () => number,
  ) {
    database.script(TABLE);
    this.leaseMs = time(LEASE_MS);
  }

  /**
   * `mine`: do it. `completed`: skip it. Where another instance is at it, waits for its end: the lease of one that crashed runs out. `busy`: it
   * is still at it.
   */
  async begin(consumer: string, eventId: string): Promise<'mine' | 'completed' | 'busy'> {
    if (this.claims++ % PRUNE_EVERY === 0) this.prune();
    const patience = this.clock() + this.leaseMs * 1.1;
    for (;;) {
      const claim = this.claim(consumer, eventId);
      if (claim !== 'busy' || this.clock() >= patience) return claim;
      await sleep(Math.max(10, this.time(100)));
    }
  }

  /** One attempt of `begin`, without waiting. */
  claim(consumer: string, eventId: string): 'mine' | 'completed' | 'busy' {
    const now = this.clock();
    const { changes } = this.database.run(
      `INSERT INTO processed_events (consumer, event_id, state, lease) VALUES (?, ?, 'processing', ?)
       ON CONFLICT (consumer, event_id) DO UPDATE SET state = 'processing', lease = excluded.lease
       WHERE state = 'failed' OR (state = 'processing' AND lease <= ?)`,
      consumer,
      eventId,
      now + this.leaseMs,
      now,
    );
    if (changes > 0) return 'mine';
    return this.stateOf(consumer, eventId) === 'completed' ? 'completed' : 'busy';
  }

  complete(consumer: string, eventId: string, tx: unknown = this.database): void {
    (tx as Transaction).run(
      `UPDATE processed_events SET state = 'completed', lease = ? WHERE consumer = ? AND event_id = ?`,
      this.clock(),
      consumer,
      eventId,
    );
  }

  /** The next attempt need not wait for the lease. Changes nothing that is completed. */
  fail(consumer: string, eventId: string): void {
    this.database.run(
      `UPDATE processed_events SET state = 'failed', lease = 0 WHERE consumer = ? AND event_id = ? AND state = 'processing'`,
      consumer,
      eventId,
    );
  }

  /** Forgets what was completed longer ago than it is kept; at most 1,000 rows. Gives their number. */
  prune(): number {
    return this.database.run(
      `DELETE FROM processed_events WHERE (consumer, event_id) IN
         (SELECT consumer, event_id FROM processed_events WHERE state = 'completed' AND lease < ? ORDER BY lease LIMIT ?)`,
      this.clock() - KEPT_MS,
      PRUNED_AT_ONCE,
    ).changes;
  }

  stateOf(consumer: string, eventId: string): 'processing' | 'completed' | 'failed' | null {
    const row = this.database.get<{ state: 'processing' | 'completed' | 'failed' }>(
      'SELECT state FROM processed_events WHERE consumer = ? AND event_id = ?',
      consumer,
      eventId,
    );
    return row?.state ?? null;
  }
}
