import type { EdgeId, NodeId, TopologyEdge, TopologyNode, TopologyView } from '@/lib/contract/topology';
import type { EventId, Evidence } from '@/lib/events/names';
import { channelNode, edgeId, inboxNode, serviceNode, unknownProducerNode } from '@/lib/topology/node-ids';
import { momentOf } from './moment-of';
import type { EventTimelineRow, InboxTimelineRow, TimelineRow } from './timeline';

/** The places one trace touched, in the topology's own grammar. */
export interface TraceGraph {
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  /** In the order of the trace. */
  readonly eventsOf: ReadonlyMap<EdgeId, readonly EventId[]>;
  /** Which step of the trace an edge was first, counted from 1 in the order of time. */
  readonly stepOf: ReadonlyMap<EdgeId, number>;
}

/**
 * The trace over the topology. [TG1] Nodes and edges have the topology's ids. [TG2] Each edge says which events took it. [TG3] What the topology
 * does not show (gone, renamed, filtered) is drawn from the events alone.
 */
export function traceGraph(rows: readonly TimelineRow[], topology: Pick<TopologyView, 'nodes'> | null): TraceGraph {
  const known = new Map(topology?.nodes.map((node) => [node.id, node]));
  const nodes = new Map<NodeId, TopologyNode>();
  const edges = new Map<EdgeId, TopologyEdge>();
  const eventsOf = new Map<EdgeId, EventId[]>();
  const stepOf = new Map<EdgeId, number>();
  const step = stepsOf(rows);
  const add = (node: TopologyNode): NodeId => {
    if (!nodes.has(node.id)) nodes.set(node.id, known.get(node.id) ?? node);
    return node.id;
  };
  const join = (
    kind: TopologyEdge['kind'],
    from: NodeId,
    to: NodeId,
    { broker, system }: Pick<TopologyEdge, 'broker' | 'system'>,
    evidence: Evidence,
    event: EventId,
  ): void => {
    const id = edgeId(kind, from, to);
    const events = eventsOf.get(id);
    if (events?.at(-1) !== event) {
      if (events) events.push(event);
      else eventsOf.set(id, [event]);
    }
    stepOf.set(id, Math.min(stepOf.get(id) ?? Number.POSITIVE_INFINITY, step.get(event) ?? 0));
    const before = edges.get(id);
    const kinds = new Set([...(before?.evidence.map((each) => each.kind) ?? []), evidence]);
    edges.set(id, {
      id,
      kind,
      from,
      to,
      broker,
      system,
      evidence: (['seen', 'declared', 'inferred'] as const)
        .filter((each) => kinds.has(each))
        .map((each) => ({ kind: each, text: each, at: null })),
      count: (before?.count ?? 0) + 1,
    });
  };
  const above: TimelineRow[] = [];
  for (const row of rows) {
    above.length = row.depth;
    above[row.depth] = row;
    if (row.kind === 'inbox') {
      drawInbox(row, above[row.depth - 1]);
      continue;
    }
    drawEvent(row.node.event, row, above[row.depth - 1]);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], eventsOf, stepOf };

  function drawEvent(event: EventTimelineRow['node']['event'], row: EventTimelineRow, parent: TimelineRow | undefined): void {
    const channel = add({
      id: channelNode(event.broker, event.channel),
      kind: 'channel',
      broker: event.broker,
      system: event.system,
      inProcess: false,
      title: event.channel === '' ? 'default exchange' : event.channel,
      channelKind: event.system === 'kafka' ? 'topic' : 'exchange-topic',
      partitions: null,
      deadLetter: event.deadLetter,
      unreadable: null,
    });
    if (row.mark === 'dead-letter') {
      if (parent?.kind === 'inbox') join('dead-letter', inboxNode(parent.broker, parent.inbox), channel, event, 'seen', event.id);
      return;
    }
    const producer = add(serviceOf(event.source, unknownProducerNode(event.broker, event.channel), true));
    join('publish', producer, channel, event, 'seen', event.id);
  }

  function drawInbox(row: InboxTimelineRow, cause: TimelineRow | undefined): void {
    const channel = cause?.kind === 'event' ? channelNode(row.broker, cause.node.event.channel) : null;
    const inbox = add({
      id: inboxNode(row.broker, row.inbox),
      kind: 'inbox',
      broker: row.broker,
      system: row.system,
      inProcess: false,
      title: row.title,
      inbox: row.inbox,
      inboxKind: row.system === 'kafka' ? 'group' : 'queue',
      deadLetter: cause?.kind === 'event' && cause.mark === 'dead-letter',
      deadLetterWhy: null,
    });
    if (channel !== null && nodes.has(channel)) join('route', channel, inbox, row, row.evidence, row.event);
    for (const name of row.services ?? []) {
      join('consume', inbox, add(serviceOf(name, '', false)), row, row.to === null ? 'declared' : 'seen', row.event);
    }
  }

  function serviceOf(name: string | null, otherwise: NodeId, publishes: boolean): TopologyNode {
    return {
      id: name === null ? otherwise : serviceNode(name),
      kind: 'service',
      title: name ?? 'unknown producer',
      unknown: name === null ? 'the event does not say who published it' : null,
      publishes,
      consumes: !publishes,
      members: null,
    };
  }
}

/** The how manieth event of the trace, by time. */
function stepsOf(rows: readonly TimelineRow[]): ReadonlyMap<EventId, number> {
  const events = rows.flatMap((row) =>
    row.kind === 'event'
      ? [{ id: row.node.event.id, at: row.at }]
      : row.attempts.map(({ node: { event } }) => ({ id: event.id, at: momentOf(event).at })),
  );
  return new Map(events.toSorted((a, b) => a.at - b.at).map(({ id }, index) => [id, index + 1]));
}
