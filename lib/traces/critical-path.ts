import type { TraceNode } from '@/lib/contract/traces';
import type { EventId, Micros } from '@/lib/events/names';
import { momentOf } from './moment-of';

/** One hop of the chain that decided how long the trace took. */
export interface PathStep {
  readonly event: EventId;
  /** When its cause happened; its own moment at the root. */
  readonly from: Micros;
  readonly to: Micros;
}

/**
 * The chain of causes that ends with the last event of the trace, root first: without it the trace had ended earlier. [CR1] Every step begins
 * where the one before ended. [CR2] What is joined by time alone is no cause: the chain begins after it. [CR3] Replays are a person's work
 * and end no trace; a trace of replays alone has its own chain.
 */
export function criticalPath(nodes: readonly TraceNode[]): readonly PathStep[] {
  const byId = new Map(nodes.map((node) => [node.event.id, node]));
  const replayed = replayedBy(nodes, byId);
  const own = nodes.filter(({ event }) => !replayed.has(event.id));
  const candidates = own.length > 0 ? own : nodes;
  let last = candidates[0];
  for (const node of candidates) {
    if (last === undefined || momentOf(node.event).at >= momentOf(last.event).at) last = node;
  }
  const steps: PathStep[] = [];
  const walked = new Set<EventId>();
  for (let node = last; node && !walked.has(node.event.id);) {
    walked.add(node.event.id);
    const to = momentOf(node.event).at;
    const cause: TraceNode | undefined = node.parent === null || node.joinedBy === 'time' ? undefined : byId.get(node.parent);
    steps.push({ event: node.event.id, from: cause ? Math.min(to, momentOf(cause.event).at) : to, to });
    node = cause;
  }
  return steps.reverse();
}

/** Replays and all that follows from them: nodes stand depth first, causes before effects. */
function replayedBy(nodes: readonly TraceNode[], byId: ReadonlyMap<EventId, TraceNode>): ReadonlySet<EventId> {
  const found = new Set<EventId>();
  for (const { event, parent } of nodes) {
    if (event.replayId !== null || (parent !== null && byId.has(parent) && found.has(parent))) found.add(event.id);
  }
  return found;
}
