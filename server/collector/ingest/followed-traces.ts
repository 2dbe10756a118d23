import type { TraceId } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';

/** Whoever looks says so again before that. */
const FORGOTTEN_AFTER_MS = 15_000;

/** The traces that somebody looks at just now. Their events are told before they are stored, and none is left out of a sample [I16]. */
export class FollowedTraces {
  private ids: ReadonlySet<TraceId> = new Set();
  private until = 0;

  constructor(private readonly nowMs: () => number) {}

  /** All that are looked at; they replace those before. */
  follow(ids: readonly TraceId[]): void {
    this.ids = new Set(ids);
    this.until = this.nowMs() + FORGOTTEN_AFTER_MS;
  }

  all(): ReadonlySet<TraceId> {
    if (this.ids.size > 0 && this.nowMs() > this.until) this.ids = new Set();
    return this.ids;
  }

  eventsIn(events: readonly ObservedEvent[]): readonly ObservedEvent[] {
    const ids = this.all();
    return ids.size === 0 ? [] : events.filter(({ traceId }) => traceId !== null && ids.has(traceId));
  }
}
