/**
 * When to take the next batch from a tap (docs/spec/ingest.md). [I1] The first record after quiet is taken at once; then one tick of 50 ms.
 * [I2] Under load the tick grows, so that a batch has about 10,000 rows: small batches cost the store five times as much per row
 * (71 µs at 500 rows, 15 at 10,000). It never grows beyond 250 ms. [I3] A batch that reached its limit means a backlog: no waiting then.
 */
export class Pace {
  private tickMs = SHORT_TICK_MS;
  private lastAt = Number.NEGATIVE_INFINITY;
  private backlog = false;

  /** How long to wait before the next call of `next`, ms. */
  waitBefore(nowMs: number): number {
    return this.backlog ? 0 : Math.max(0, this.lastAt + this.tickMs - nowMs);
  }

  /** A batch came at `nowMs`. */
  took(nowMs: number, records: number, bytes: number): void {
    const sinceMs = Math.max(1, Math.min(10_000, nowMs - this.lastAt));
    const perMs = records / sinceMs;
    this.tickMs = perMs * SHORT_TICK_MS < CROWD ? SHORT_TICK_MS : Math.min(LONG_TICK_MS, Math.max(SHORT_TICK_MS, GOOD_BATCH / perMs));
    this.backlog = records >= LIMIT.records || bytes >= LIMIT.bytes * 0.9;
    this.lastAt = nowMs;
  }
}

/** What one batch may hold. */
export const LIMIT = { records: 20_000, bytes: 8 * 1024 * 1024 } as const;
const SHORT_TICK_MS = 50;
const LONG_TICK_MS = 250;
/** So many rows in a short tick are load. */
const CROWD = 500;
const GOOD_BATCH = 10_000;
