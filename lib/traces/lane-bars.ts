import type { EventConsumption } from '@/lib/contract/trace-story';
import type { TraceNode } from '@/lib/contract/traces';
import type { EventId, Micros } from '@/lib/events/names';
import { momentOf } from './moment-of';

/**
 * One piece of what an inbox did with an event. `wait`: in the inbox, not taken. `work`: taken and done within. `either`: the broker does
 * not tell them apart. `to` is `null` where nothing is known to have ended it.
 */
export interface LaneBar {
  readonly kind: 'wait' | 'work' | 'either';
  readonly from: Micros;
  readonly to: Micros | null;
  /** The event it is about: the published one, a retry of it, or a replay. */
  readonly event: EventId;
  /** From the second attempt on, or when there is more than one: its number. */
  readonly attempt: number | null;
  /** `1` is the first replay in the trace. */
  readonly replay: number | null;
  readonly failed: boolean;
}

/** An event in an inbox again: a retry by header or retry channel, or one of our replays. */
export interface Attempt {
  readonly node: TraceNode;
  readonly replay: number | null;
}

export interface LaneGiven {
  readonly event: EventId;
  readonly at: Micros;
  readonly consumption: EventConsumption | null;
  /** In the order of time. */
  readonly attempts: readonly Attempt[];
  /** What is known to follow from this inbox, dead letters too. */
  readonly effects: readonly TraceNode[];
}

/**
 * The bars of one row. [TL11] Waiting is drawn apart from processing only where committed offsets say so, between the last sample before
 * and the first one after; an effect that was seen earlier ends the bar. [TL12] Attempts and replays of one event stand on one row,
 * each up to what ended it. [TL7] A bar ends at something that was seen, or nowhere.
 */
export function laneBars({ event, at, consumption, attempts, effects }: LaneGiven): readonly LaneBar[] {
  const starts: readonly { event: EventId; at: Micros; attempt: number | null; replay: number | null }[] = [
    { event, at, attempt: attempts.some(({ replay }) => replay === null) ? 1 : null, replay: null },
    ...attempts.map(({ node, replay }) => ({
      event: node.event.id,
      at: Math.max(at, momentOf(node.event).at),
      attempt: replay === null ? node.event.attempt : null,
      replay,
    })),
  ];
  return starts.flatMap((start, index): LaneBar[] => {
    const next = starts[index + 1];
    const within = effects
      .map((node) => ({ at: momentOf(node.event).at, failed: node.event.deadLetter }))
      // A clock behind its cause's belongs to the first attempt all the same.
      .filter((end) => (index === 0 || end.at >= start.at) && (next === undefined || end.at <= next.at))
      .map((end) => ({ ...end, at: Math.max(start.at, end.at) }))
      .toSorted((a, b) => a.at - b.at);
    const bar = { event: start.event, attempt: start.attempt, replay: start.replay };
    const retried = next !== undefined && next.replay === null;
    const first = within[0];
    if (retried) return [{ ...bar, kind: 'either', from: start.at, to: next.at, failed: true }];
    const failed = within.some((end) => end.failed);
    if (index === 0 && consumption !== null && attempts.length === 0 && !failed) {
      const known = ofConsumption(bar, start.at, first?.at ?? null, consumption);
      if (known) return known;
    }
    return [{ ...bar, kind: 'either', from: start.at, to: first?.at ?? null, failed: first?.failed ?? false }];
  });
}

function ofConsumption(
  bar: Pick<LaneBar, 'event' | 'attempt' | 'replay'>,
  at: Micros,
  effect: Micros | null,
  { state, from, to }: EventConsumption,
): LaneBar[] | null {
  const whole = { ...bar, failed: false };
  switch (state) {
    case 'not-yet':
    case 'no-members':
      return effect === null ? [{ ...whole, kind: 'wait', from: at, to: null }] : null;
    case 'consumed-between': {
      // What followed proves that it was taken by then; a later sample tells nothing new.
      const end = effect ?? (to === null ? null : Math.max(at, to));
      if (end === null) return null;
      if (from === null || from >= end) return [{ ...whole, kind: 'either', from: at, to: end }];
      const taken = Math.max(at, from);
      return [
        ...(taken > at ? [{ ...whole, kind: 'wait' as const, from: at, to: taken }] : []),
        { ...whole, kind: 'work', from: taken, to: end },
      ];
    }
    case 'dead-lettered':
      return to === null ? null : [{ ...whole, kind: 'either', from: at, to: Math.max(at, to), failed: true }];
    default:
      return null;
  }
}
