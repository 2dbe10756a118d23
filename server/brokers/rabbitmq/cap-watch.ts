/**
 * What the cap of the tap's queue dropped, by the broker's own counters: messages that were published into the queue and are neither
 * acknowledged nor still there. The counters lag by seconds, so the sum is read only when nothing has moved for a while; when traffic never
 * rests after the queue was seen full, the gap is told without a number. Pure: time is passed in (ms). Guarded by cap-watch.test.ts.
 */
export interface CapNumbers {
  /** `message_stats.publish` of the queue; `null` where statistics are off. */
  readonly published: number | null;
  /** Acknowledged by this tap since it was opened. */
  readonly acked: number;
  /** Ready and unacknowledged. */
  readonly depth: number;
  readonly readyBytes: number | null;
}

export interface CapLoss {
  readonly count: number | null;
}

/** The broker emits its counters every 5 s by default. */
const QUIET_MS = 6_000;
const GIVE_UP_MS = 60_000;

export class CapWatch {
  private baseline: number | null = null;
  private last: CapNumbers | null = null;
  private unchangedSince = 0;
  private fullSince: number | null = null;
  private full = false;

  constructor(
    private readonly capBytes: number,
    private readonly quietMs: number = QUIET_MS,
  ) {}

  /** The queue is at its cap: the oldest messages are being dropped now. */
  get isFull(): boolean {
    return this.full;
  }

  /** One look; a loss is told once. */
  look(numbers: CapNumbers, now: number): CapLoss | null {
    const before = this.last;
    this.last = numbers;
    this.full = numbers.readyBytes !== null && numbers.readyBytes >= 0.9 * this.capBytes;
    if (this.full) this.fullSince ??= now;
    if (numbers.published !== null && before?.published !== null && before !== null && numbers.published < before.published)
      this.baseline = null; // a node's restart
    if (numbers.published === null || numbers.published === 0) return this.withoutCounters(numbers, now);
    if (before === null || before.published !== numbers.published || before.acked !== numbers.acked || before.depth !== numbers.depth) {
      this.unchangedSince = now;
      return this.neverQuiet(now);
    }
    if (now - this.unchangedSince < this.quietMs) return this.neverQuiet(now);
    return this.settled(numbers.published - numbers.acked - numbers.depth);
  }

  private settled(residue: number): CapLoss | null {
    const lost = this.baseline === null ? 0 : residue - this.baseline;
    const unknown = this.baseline === null && this.fullSince !== null;
    this.baseline = residue;
    if (!this.full) this.fullSince = null;
    if (unknown) return { count: null };
    return lost > 0 ? { count: lost } : null;
  }

  /** A queue nobody has published to yet has lost nothing; without statistics only "it was full" is known. */
  private withoutCounters(numbers: CapNumbers, now: number): CapLoss | null {
    if (numbers.published === 0 && numbers.depth === 0 && numbers.acked === 0) this.baseline = 0;
    return this.neverQuiet(now);
  }

  private neverQuiet(now: number): CapLoss | null {
    if (this.fullSince === null || this.full || now - this.fullSince < GIVE_UP_MS) return null;
    this.fullSince = null;
    this.baseline = null;
    return { count: null };
  }
}
