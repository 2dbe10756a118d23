import type { TapCard } from '@/lib/contract/taps';
import type { Bus } from '../../bus/bus';
import type { CollectorMetrics } from '../collector-metrics';

const SOON_MS = 100;
const EVERY_MS = 2_000;

/** All taps' cards: announced soon after a change of state, and every two seconds when a number moved. */
export class TapBoard {
  private sources: readonly { cards(): TapCard[] }[] = [];
  private timer: ReturnType<typeof setInterval> | null = null;
  private soon: ReturnType<typeof setTimeout> | null = null;
  private last = '';

  constructor(
    private readonly bus: Bus,
    private readonly metrics: CollectorMetrics,
  ) {}

  show(sources: readonly { cards(): TapCard[] }[]): void {
    this.sources = sources;
  }

  start(): void {
    this.timer ??= setInterval(() => this.tell(), EVERY_MS);
    this.tell();
  }

  cards(): TapCard[] {
    return this.sources.flatMap((source) => source.cards());
  }

  changed(): void {
    this.soon ??= setTimeout(() => {
      this.soon = null;
      this.tell();
    }, SOON_MS);
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    if (this.soon !== null) clearTimeout(this.soon);
  }

  private tell(): void {
    const taps = this.cards();
    this.metrics.taps(taps);
    const content = JSON.stringify(taps);
    if (content === this.last) return;
    this.last = content;
    this.bus.announce('taps', { taps });
  }
}
