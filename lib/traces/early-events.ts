import type { EventId } from '@/lib/events/names';
import type { EventRow, TraceView } from '@/lib/contract/traces';
import { assembleTrace } from './assemble-trace';

/** A look that began this much later and does not find the event: it was given up, and read again under another id. */
const GIVEN_UP_AFTER_MS = 10_000;

/**
 * Events of an open trace that were told and that no look at the store has found yet: it may not have had them, or not when the look began
 * (docs/spec/traces.md). [T8] Such a look does not take them from the screen. [T9] One that began 10 s later does.
 */
export class EarlyEvents {
  private readonly waiting = new Map<EventId, { readonly row: EventRow; readonly cameMs: number }>();

  constructor(readonly traceId: string) {}

  add(rows: readonly EventRow[], nowMs: number): void {
    for (const row of rows) if (!this.waiting.has(row.id)) this.waiting.set(row.id, { row, cameMs: nowMs });
  }

  /** The reader is not what it was: the store alone knows what there is. */
  clear(): void {
    this.waiting.clear();
  }

  /** What the store answered to a look that began then, with what is still on its way to it. */
  withEarly(view: TraceView, lookedAtMs: number): TraceView {
    for (const { event } of view.nodes) this.waiting.delete(event.id);
    for (const [id, { cameMs }] of this.waiting) if (lookedAtMs - cameMs > GIVEN_UP_AFTER_MS) this.waiting.delete(id);
    if (this.waiting.size === 0) return view;
    return withRows(
      view,
      [...this.waiting.values()].map(({ row }) => row),
    );
  }
}

/** The tree with further events in it; what was concluded on the server stays as it was. */
export function withRows(view: TraceView, rows: readonly EventRow[]): TraceView {
  const after = assembleTrace(view.traceId, [...view.nodes.map(({ event }) => event), ...rows], view.cut);
  return view.story ? { ...after, story: view.story } : after;
}
