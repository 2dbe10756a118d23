import type { EventId } from '@/lib/events/names';
import type { ParentRule } from '@/lib/contract/trace-story';
import type { EventRow } from '@/lib/contract/traces';
import { joiningKeys } from './joining-keys';
import { LikelyCauses } from './likely-causes';

/** What stands above an event, and how that is known. */
export interface Link {
  readonly parent: EventRow | null;
  readonly joinedBy: ParentRule;
  /** It names a cause that was not seen. */
  readonly orphan: boolean;
  /** The id that joined, or that leads nowhere, for people. */
  readonly named: string | null;
}

/** [T4] The strongest link decides. `ordered` is in our order; each event is in it once. */
export function linkEvents(ordered: readonly EventRow[]): Map<EventId, Link> {
  const byId = new Map(ordered.map((event) => [event.id, event]));
  const byMessage = copiesBy(ordered, (event) => event.messageId);
  const bySpan = copiesBy(ordered, (event) => event.spanId);
  const byCorrelation = copiesBy(ordered, (event) => event.correlationId);
  const spoken = lastLivingOfSpans(ordered);
  const byPlace = new Map(
    ordered.flatMap((event) =>
      event.offset === null ? [] : [[placeOf(event.broker, event.channel, event.partition, event.offset), event] as const],
    ),
  );
  const position = new Map(ordered.map((event, index) => [event.id, index]));
  const at = (event: EventRow) => position.get(event.id) ?? 0;
  const ofKey = new KeyOrder();
  const likely = new LikelyCauses(ordered);

  /** Several copies carry one message id (original, retries, letter, replay): the newest one before the effect, else the first. */
  const nearest = (event: EventRow, copies: Copies | undefined): EventRow | null => {
    if (copies === undefined) return null;
    const from = isOther(copies.living, event) ? copies.living : copies.all;
    return lastBefore(from, event) ?? from.find((copy) => copy.id !== event.id) ?? null;
  };
  /** The newest of them before this event, found by halves: one id may be on thousands of events. */
  const lastBefore = (copies: readonly EventRow[], event: EventRow): EventRow | null => {
    let [before, end] = [0, copies.length];
    while (before < end) {
      const middle = (before + end) >> 1;
      if (at(copies[middle] as EventRow) < at(event)) before = middle + 1;
      else end = middle;
    }
    return copies[before - 1] ?? null;
  };
  const ofMessage = (event: EventRow, id: string | null): EventRow | null =>
    id === null || id === event.messageId ? null : nearest(event, byMessage.get(id));

  const linkOf = (event: EventRow): Link => {
    const { replayOf, causationId, parentSpanId, correlationId, messageId, origin } = event;
    const replayed = replayOf === null ? undefined : byId.get(replayOf);
    if (replayed) return joined(replayed, 'replay', `replay of ${replayOf}`);
    if (event.deadLetter) {
      const place =
        origin !== null && origin !== undefined && origin.channel !== null && origin.offset !== null
          ? placeOf(event.broker, origin.channel, origin.partition, origin.offset)
          : null;
      const there = place === null ? undefined : byPlace.get(place);
      if (there && there.id !== event.id)
        return joined(there, 'dead-letter', `origin ${origin?.channel} ${origin?.partition ?? 0}@${origin?.offset}`);
      const original = messageId === null ? null : nearest(event, byMessage.get(messageId));
      if (original) return joined(original, 'dead-letter', `message id ${messageId}`);
      // A dead letter without message id keeps its headers, so it keeps its span.
      const living = spoken.get(spanAndType(event));
      if (living) return joined(living, 'dead-letter', `span ${event.spanId}`);
      const died = likely.originalOf(event);
      if (died) return joined(died, 'dead-letter', `origin ${origin?.channel}`);
    }
    const cause = ofMessage(event, causationId);
    if (cause) return joined(cause, 'causation', `causation id ${causationId}`);
    const span = parentSpanId === null || parentSpanId === event.spanId ? null : nearest(event, bySpan.get(parentSpanId));
    if (span) return joined(span, 'span', `span ${parentSpanId}`);
    // MassTransit's initiator is the correlation id of the cause, not its message id.
    const initiator =
      causationId === null || causationId === correlationId ? null : lastBefore(byCorrelation.get(causationId)?.living ?? [], event);
    if (initiator) return joined(initiator, 'causation', `causation id ${causationId}, the cause's correlation id`);
    const request = ofMessage(event, correlationId);
    if (request) return joined(request, 'reply', `correlation id ${correlationId}`);
    const asked = likely.requestOf(event);
    if (asked) return joined(asked, 'reply', `correlation id ${correlationId}, sent to ${asked.replyTo}`);
    const copy = messageId === null ? null : lastBefore(byMessage.get(messageId)?.all ?? [], event);
    if (copy) return joined(copy, 'retry', `message id ${messageId}`);
    const named = missing(event);
    const before = ofKey.before(event);
    if (before) return { parent: before.event, joinedBy: 'key', orphan: named !== null, named: named ?? before.key };
    return { parent: null, joinedBy: 'time', orphan: named !== null, named };
  };
  const links = new Map<EventId, Link>();
  for (const event of ordered) {
    links.set(event.id, linkOf(event));
    ofKey.add(event);
    likely.add(event);
  }
  return links;
}

const joined = (parent: EventRow, joinedBy: ParentRule, named: string): Link => ({ parent, joinedBy, orphan: false, named });

/** The cause that an event names and nobody saw. A correlation id names a conversation as often as a request, so it alone makes no orphan. */
function missing({ replayOf, deadLetter, causationId, messageId, parentSpanId }: EventRow): string | null {
  if (replayOf !== null) return `replay of ${replayOf}`;
  if (deadLetter) return 'the original of this dead letter';
  if (causationId !== null && causationId !== messageId) return `causation id ${causationId}`;
  return parentSpanId === null ? null : `span ${parentSpanId}`;
}

/** Per business key the event before this one, and before it by somebody else: what one service publishes in a row has one cause more often than a chain of them. */
class KeyOrder {
  readonly #last = new Map<string, { readonly last: EventRow; readonly other: EventRow | null }>();

  add(event: EventRow): void {
    if (event.deadLetter) return;
    for (const { name, value } of joiningKeys(event)) {
      const key = `${name} ${value}`;
      const had = this.#last.get(key);
      const other = had === undefined ? null : had.last.source === event.source ? had.other : had.last;
      this.#last.set(key, { last: event, other });
    }
  }

  before(event: EventRow): { readonly event: EventRow; readonly key: string } | null {
    for (const { name, value } of joiningKeys(event)) {
      const key = `${name} ${value}`;
      const had = this.#last.get(key);
      if (had !== undefined) return { event: had.last.source === event.source ? (had.other ?? had.last) : had.last, key };
    }
    return null;
  }
}

const placeOf = (broker: string, channel: string, partition: number | null, offset: number): string =>
  `${broker}\n${channel}\n${partition ?? 0}\n${offset}`;

/** The events that carry one id, in our order. */
interface Copies {
  readonly all: EventRow[];
  /** Those that are no dead letters. */
  readonly living: EventRow[];
}

const isOther = (copies: readonly EventRow[], event: EventRow): boolean => copies.some((copy) => copy.id !== event.id);

function copiesBy(events: readonly EventRow[], keyOf: (event: EventRow) => string | null): Map<string, Copies> {
  const groups = new Map<string, Copies>();
  for (const event of events) {
    const key = keyOf(event);
    if (key === null || key === '') continue;
    const copies = groups.get(key) ?? { all: [], living: [] };
    groups.set(key, copies);
    copies.all.push(event);
    if (!event.deadLetter) copies.living.push(event);
  }
  return groups;
}

const spanAndType = ({ spanId, type }: EventRow): string => `${spanId ?? ''}\n${type ?? ''}`;

function lastLivingOfSpans(events: readonly EventRow[]): ReadonlyMap<string, EventRow> {
  const last = new Map<string, EventRow>();
  for (const event of events) if (!event.deadLetter && event.spanId !== null && event.spanId !== '') last.set(spanAndType(event), event);
  return last;
}
