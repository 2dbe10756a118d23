/** Frames are at least this far apart, and under load at most that. */
const SHORTEST_MS = 25;
const LONGEST_MS = 250;
/** A tick may cost this share of the time. */
const COST_SHARE = 0.2;

/**
 * [V3] The first news after quiet goes at once, then one tick in 25 ms; when ticks become dear (many tabs, a busy process) they stretch, up
 * to 250 ms.
 */
export class Ticker {
  private timer: NodeJS.Timeout | null = null;
  private lastAt = Number.NEGATIVE_INFINITY;
  private interval = SHORTEST_MS;
  private stopped = false;

  constructor(
    private readonly run: () => void,
    private readonly nowMs: () => number,
  ) {}

  /** Something is new. */
  wake(): void {
    if (this.timer || this.stopped) return;
    const wait = Math.max(0, this.lastAt + this.interval - this.nowMs());
    const due = this.nowMs() + wait;
    this.timer = setTimeout(() => this.tick(due), wait);
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private tick(due: number): void {
    this.timer = null;
    const started = this.nowMs();
    this.lastAt = started;
    this.run();
    const cost = this.nowMs() - started + Math.max(0, started - due - 5);
    const wanted = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, cost / COST_SHARE));
    // Up at once, down slowly.
    this.interval = wanted > this.interval ? wanted : Math.max(SHORTEST_MS, this.interval * 0.9);
  }
}
