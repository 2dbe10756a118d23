import type { EventId, Micros, TraceId } from '@/lib/events/names';
import type { Cut } from '@/lib/contract/common';
import type { EventRow, TraceNode, TraceView } from '@/lib/contract/traces';
import { inOurOrder } from './in-our-order';
import { type Link, linkEvents } from './link-events';
import { momentOf } from './moment-of';

/**
 * Builds the tree of one trace (docs/spec/traces.md). [T1] Arrival order is irrelevant. [T2] An event whose cause is unknown hangs under
 * the root and is marked `orphan`. [T3] The same event twice counts once. [T4] The strongest link decides: replay of a letter, dead letter of
 * an original, causation id, parent span, reply, retry, the business key's order, and only then time. [T5] A circle of causes is cut at its first event, which is marked.
 * [T6] A clock that says an effect was before its cause is marked with how much.
 *
 * The order is ours, not the clocks': by observation, then by place; a publisher's clock never decides (design.md §4, "Order").
 */
export function assembleTrace(traceId: TraceId, events: readonly EventRow[], cut: Cut | null = null): TraceView {
  const ordered = [...new Map(events.map((event) => [event.id, event])).values()].toSorted(inOurOrder);
  const links = cutCircles(ordered, linkEvents(ordered));
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

const least = (values: readonly Micros[]): Micros => values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);

/** Said of the event at which a circle of causes was cut. */
export const CIRCLE = 'a circle of causes';

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
      links.set(first.id, { parent: null, joinedBy: 'time', orphan: true, named: CIRCLE });
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
      named: link?.named ?? null,
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
