import type { EventId, Micros, TraceId } from '@/lib/events/names';
import type { Cut } from '@/lib/contract/common';
import type { EventRow, TraceNode, TraceView } from '@/lib/contract/traces';
import { momentOf } from './timeline';

/**
 * Builds the tree of one trace (docs/spec/traces.md). [T1] Arrival order is irrelevant. [T2] An event whose cause is unknown hangs under
 * the root and is marked `orphan`. [T3] The same event twice counts once. [T4] The strongest link decides: replay of a letter, dead letter of
 * an original, causation id, parent span, reply, and only then time. [T5] A circle of causes is cut at its first event, which is marked.
 * [T6] A clock that says an effect was before its cause is marked with how much.
 *
 * The order is ours, not the clocks': by observation, then by place; a publisher's clock never decides (design.md §4, "Order").
 */
export function assembleTrace(traceId: TraceId, events: readonly EventRow[], cut: Cut | null = null): TraceView {
  const ordered = [...new Map(events.map((event) => [event.id, event])).values()].toSorted(inOurOrder);
  const links = cutCircles(ordered, linksOf(ordered));
  const root = rootOf(ordered, links);
  const nodes = depthFirst(ordered, links, root);
  const moments = ordered.map((event) => momentOf(event).at);
  return {
    traceId,
    nodes,
    first: least(moments),
    last: moments.reduce((a, b) => Math.max(a, b), 0),
    services: [...new Set(ordered.flatMap((event) => (event.source === null ? [] : [event.source])))],
    errors: ordered.filter((event) => event.deadLetter).length,
    cut,
  };
}

/** Observation first, then place: a total order of what does not change, so any arrival gives the same. */
export function inOurOrder(a: EventRow, b: EventRow): number {
  return (
    a.observedAt - b.observedAt ||
    compare(a.broker, b.broker) ||
    compare(a.channel, b.channel) ||
    (a.partition ?? -1) - (b.partition ?? -1) ||
    (a.offset ?? -1) - (b.offset ?? -1) ||
    compare(a.id, b.id)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const least = (values: readonly Micros[]): Micros => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);

interface Link {
  readonly parent: EventRow | null;
  readonly joinedBy: TraceNode['joinedBy'];
  readonly orphan: boolean;
}

function linksOf(ordered: readonly EventRow[]): Map<EventId, Link> {
  const byId = new Map(ordered.map((event) => [event.id, event]));
  const byMessage = groupBy(ordered, (event) => event.messageId);
  const bySpan = groupBy(ordered, (event) => event.spanId);
  const position = new Map(ordered.map((event, index) => [event.id, index]));
  const placeOf = (event: EventRow) => position.get(event.id) ?? 0;

  /** Several copies carry one message id (original, retries, letter, replay): the newest one before the effect, else the first. */
  const nearest = (event: EventRow, copies: readonly EventRow[]): EventRow | null => {
    const others = copies.filter((copy) => copy.id !== event.id);
    const living = others.filter((copy) => !copy.deadLetter);
    const from = living.length > 0 ? living : others;
    return from.findLast((copy) => placeOf(copy) < placeOf(event)) ?? from[0] ?? null;
  };
  const earlierCopy = (event: EventRow): EventRow | null =>
    event.messageId === null ? null : ((byMessage.get(event.messageId) ?? []).findLast((copy) => placeOf(copy) < placeOf(event)) ?? null);

  const linkOf = (event: EventRow): Link => {
    const replayed = event.replayOf === null ? null : (byId.get(event.replayOf) ?? null);
    if (replayed) return joined(replayed, 'replay');
    if (event.deadLetter) {
      const original = (event.messageId === null ? null : nearest(event, byMessage.get(event.messageId) ?? [])) ?? sameSpan(event, bySpan);
      if (original) return joined(original, 'dead-letter');
    }
    const cause =
      event.causationId === null || event.causationId === event.messageId ? null : nearest(event, byMessage.get(event.causationId) ?? []);
    if (cause) return joined(cause, 'causation');
    const span =
      event.parentSpanId === null || event.parentSpanId === event.spanId ? null : nearest(event, bySpan.get(event.parentSpanId) ?? []);
    if (span) return joined(span, 'span');
    const request =
      event.correlationId === null || event.correlationId === event.messageId
        ? null
        : nearest(event, byMessage.get(event.correlationId) ?? []);
    if (request) return joined(request, 'reply');
    const copy = earlierCopy(event);
    if (copy) return joined(copy, 'causation');
    return { parent: null, joinedBy: 'time', orphan: namesACause(event) };
  };
  return new Map(ordered.map((event) => [event.id, linkOf(event)]));
}

const joined = (parent: EventRow, joinedBy: TraceNode['joinedBy']): Link => ({ parent, joinedBy, orphan: false });

/** A correlation id names a conversation as often as a request, so it alone makes no orphan. */
const namesACause = (event: EventRow): boolean =>
  event.replayOf !== null ||
  event.deadLetter ||
  (event.causationId !== null && event.causationId !== event.messageId) ||
  event.parentSpanId !== null;

/** A dead letter without message id keeps its headers, so it keeps its span. */
function sameSpan(event: EventRow, bySpan: ReadonlyMap<string, readonly EventRow[]>): EventRow | null {
  if (event.spanId === null) return null;
  return (
    (bySpan.get(event.spanId) ?? []).findLast((other) => !other.deadLetter && other.type === event.type && other.id !== event.id) ?? null
  );
}

function groupBy(events: readonly EventRow[], keyOf: (event: EventRow) => string | null): Map<string, EventRow[]> {
  const groups = new Map<string, EventRow[]>();
  for (const event of events) {
    const key = keyOf(event);
    if (key === null || key === '') continue;
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return groups;
}

/** Walks up from each event; where the walk comes back to itself the circle's first event (in our order) loses its cause. */
function cutCircles(ordered: readonly EventRow[], links: Map<EventId, Link>): Map<EventId, Link> {
  const done = new Set<EventId>();
  const position = new Map(ordered.map((event, index) => [event.id, index]));
  for (const start of ordered) {
    const path: EventRow[] = [];
    const onPath = new Set<EventId>();
    let event: EventRow | null = start;
    while (event && !done.has(event.id) && !onPath.has(event.id)) {
      path.push(event);
      onPath.add(event.id);
      event = links.get(event.id)?.parent ?? null;
    }
    if (event && onPath.has(event.id)) {
      const circle = path.slice(path.findIndex((other) => other.id === event?.id));
      const first = circle.reduce((a, b) => ((position.get(a.id) ?? 0) <= (position.get(b.id) ?? 0) ? a : b));
      links.set(first.id, { parent: null, joinedBy: 'time', orphan: true });
    }
    for (const { id } of path) done.add(id);
  }
  return links;
}

/** The first event that names no cause; when all name one, simply the first without a parent. */
function rootOf(ordered: readonly EventRow[], links: ReadonlyMap<EventId, Link>): EventRow | null {
  const loose = ordered.filter((event) => !links.get(event.id)?.parent);
  return loose.find((event) => !links.get(event.id)?.orphan) ?? loose[0] ?? null;
}

function depthFirst(ordered: readonly EventRow[], links: ReadonlyMap<EventId, Link>, root: EventRow | null): TraceNode[] {
  if (!root) return [];
  const children = new Map<EventId, EventRow[]>();
  for (const event of ordered) {
    if (event.id === root.id) continue;
    const parent = links.get(event.id)?.parent ?? root;
    const siblings = children.get(parent.id);
    if (siblings) siblings.push(event);
    else children.set(parent.id, [event]);
  }
  const nodes: TraceNode[] = [];
  // A stack of our own: a chain of 10,000 causes would exhaust the engine's.
  const open: { event: EventRow; parent: EventRow | null; depth: number }[] = [{ event: root, parent: null, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { event, parent, depth } = next;
    const link = links.get(event.id);
    nodes.push({
      event,
      parent: parent?.id ?? null,
      depth,
      joinedBy: parent === null ? 'root' : (link?.joinedBy ?? 'time'),
      orphan: link?.orphan ?? false,
      skewMicros: parent === null || !link?.parent ? null : skewOf(event, parent),
    });
    for (const child of (children.get(event.id) ?? []).toReversed()) open.push({ event: child, parent: event, depth: depth + 1 });
  }
  return nodes;
}

/** Only where both publishers' clocks are known to better than a second: AMQP stamps whole seconds, and that is no skew. */
function skewOf(event: EventRow, parent: EventRow): Micros | null {
  const [own, cause] = [momentOf(event), momentOf(parent)];
  return own.by === 'published' && cause.by === 'published' && own.at < cause.at ? cause.at - own.at : null;
}
