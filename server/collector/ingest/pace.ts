/**
 * When the batch that is open goes to the store (docs/spec/ingest.md). [I1] The first record after quiet goes at once. [I2] Then the open batch
 * grows for a tick: an insert costs the store the same for one row and for hundreds (71 µs a row at 500 rows, 15 at 10,000), so a tick is as
 * long as keeps inserts to a tenth of the time, at least 50 ms and at most 250 ms. Under load it is 250 ms, for batches of about 10,000 rows.
 * [I3] A batch that reached its limit means a backlog: no waiting then.
 */
export class Pace {
  private tickMs = SHORT_TICK_MS;
  private lastAt = Number.NEGATIVE_INFINITY;
  private appendMs = 0;
  private backlog = false;

  /** How much longer the open batch may grow, ms. */
  waitBefore(nowMs: number): number {
    return this.backlog ? 0 : Math.max(0, this.lastAt + this.tickMs - nowMs);
  }

  /** A batch goes to the store at `nowMs`. */
  took(nowMs: number, records: number, bytes: number): void {
    const sinceMs = Math.max(1, Math.min(10_000, nowMs - this.lastAt));
    const perMs = records / sinceMs;
    const forRows = perMs * SHORT_TICK_MS < CROWD ? SHORT_TICK_MS : GOOD_BATCH / perMs;
    this.tickMs = Math.min(LONG_TICK_MS, Math.max(SHORT_TICK_MS, forRows, this.appendMs / APPEND_SHARE));
    this.backlog = isFull(records, bytes);
    this.lastAt = nowMs;
  }

  /** What the store took for a batch, ms. */
  stored(tookMs: number): void {
    this.appendMs = this.appendMs === 0 ? tookMs : this.appendMs + (tookMs - this.appendMs) / 4;
  }
}

/** What one batch may hold. */
export const LIMIT = { records: 20_000, bytes: 8 * 1024 * 1024 } as const;
/** Nothing worth mentioning can be added. */
export const isFull = (records: number, bytes: number): boolean => records >= LIMIT.records || bytes >= LIMIT.bytes * 0.9;
const SHORT_TICK_MS = 50;
const LONG_TICK_MS = 250;
/** So many rows in a short tick are load. */
const CROWD = 500;
const GOOD_BATCH = 10_000;
const APPEND_SHARE = 0.1;
