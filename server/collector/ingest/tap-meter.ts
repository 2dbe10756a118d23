import type { GapRow } from '@/lib/contract/taps';
import type { Micros } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';

const SECONDS = 10;
const KEPT_GAPS = 20;
const OLD_CLOCK = 30 * 86_400_000_000;

/** A tap's own numbers: events a second over ten seconds, how old the newest event was when it was stored, its last gaps. */
export class TapMeter {
  stored = 0;
  behindMs: number | null = null;
  gaps: readonly GapRow[] = [];
  private readonly counts = new Float64Array(SECONDS);
  private second = 0;
  private firstSecond: number | null = null;

  add(events: readonly ObservedEvent[], gaps: readonly GapRow[], storedAt: Micros): void {
    this.moveTo(storedAt);
    this.stored += events.length;
    this.counts[this.second % SECONDS] = (this.counts[this.second % SECONDS] as number) + events.length;
    const newest = events.at(-1);
    if (newest !== undefined) this.behindMs = ageOf(newest, storedAt);
    if (gaps.length > 0) this.gaps = [...gaps, ...this.gaps].sort((a, b) => b.at - a.at).slice(0, KEPT_GAPS);
  }

  knowGaps(gaps: readonly GapRow[]): void {
    this.gaps = [...this.gaps, ...gaps].slice(0, KEPT_GAPS);
  }

  /** Events per second over the last ten seconds (over those that passed, at the start). */
  rate(now: Micros): number {
    this.moveTo(now);
    const seconds = Math.min(SECONDS, this.second - (this.firstSecond as number) + 1);
    return Math.round((this.counts.reduce((sum, count) => sum + count, 0) / seconds) * 10) / 10;
  }

  private moveTo(now: Micros): void {
    const second = Math.floor(now / 1e6);
    this.firstSecond ??= second;
    if (second <= this.second) return;
    for (let passed = Math.max(this.second + 1, second - SECONDS + 1); passed <= second; passed++) this.counts[passed % SECONDS] = 0;
    this.second = second;
  }
}

/** Kafka's timestamps are the producers' or the broker's, in ms: they show a backlog. RabbitMQ's are whole seconds: there our own reading counts. */
function ageOf(event: ObservedEvent, storedAt: Micros): number {
  const published = event.system === 'kafka' ? event.publishedAt : null;
  const since = published !== null && published <= storedAt && storedAt - published < OLD_CLOCK ? published : event.observedAt;
  return Math.max(0, Math.round((storedAt - since) / 1000));
}
