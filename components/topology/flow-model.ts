import type { TopologyEdge, TopologyNode, TopologyView } from '@/lib/contract/topology';
import type { DrawnNode } from '@/lib/topology/group-picture';
import { PITCH, type Heights, type LayoutEdge, type LayoutNode } from '@/lib/topology/column-layout';

/**
 * The picture as it is drawn. A service that publishes and consumes is one thing and stands in both outer columns: as `P service:x` and
 * `C service:x`; everything else is drawn once, under its own id.
 */
export interface PlacedNode {
  readonly key: string;
  readonly node: DrawnNode;
  readonly column: Column;
  /** Edges that end here, as ids: their rates added up are what the node carries. */
  readonly inEdges: readonly string[];
  readonly outEdges: readonly string[];
}

export type Column = 0 | 1 | 2 | 3;

export const columnTitles = ['Producers', 'Channels', 'Inboxes', 'Consumers'] as const;
export const COLUMN_X = [0, 252, 528, 820] as const;
export const COLUMN_WIDTH = [156, 184, 200, 150] as const;
export const NODE_HEIGHT = 43;
export const CONTENT_WIDTH = COLUMN_X[3] + COLUMN_WIDTH[3];

export interface FlowModel {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export interface PlacedEdge {
  readonly edge: TopologyEdge;
  readonly from: string;
  readonly to: string;
}

/** What a group stands for decides where it stands. */
const kindOf = (node: DrawnNode): TopologyNode['kind'] => (node.kind === 'group' ? node.of : node.kind);

/** Brokers and systems stay apart in a column. */
const sideOf = (node: DrawnNode): string | null =>
  node.kind === 'service' || (node.kind === 'group' && node.of === 'service')
    ? null
    : `${node.system} ${node.kind === 'group' ? '' : node.broker}`;

export function buildFlow(view: { readonly nodes: readonly DrawnNode[]; readonly edges: readonly TopologyEdge[] }): FlowModel {
  const publishes = new Set<string>();
  const consumes = new Set<string>();
  for (const edge of view.edges) {
    if (edge.kind === 'publish') publishes.add(edge.from);
    if (edge.kind === 'consume') consumes.add(edge.to);
  }
  const kinds = new Map(view.nodes.map((node) => [node.id, kindOf(node)]));
  const drawn = (id: string, side: 'from' | 'to'): string => (kinds.get(id) === 'service' ? `${side === 'from' ? 'P' : 'C'} ${id}` : id);
  const edges = view.edges
    .filter((edge) => kinds.has(edge.from) && kinds.has(edge.to))
    .map((edge) => ({ edge, from: drawn(edge.from, 'from'), to: drawn(edge.to, 'to') }));
  const inEdges = groupBy(edges, (each) => each.to);
  const outEdges = groupBy(edges, (each) => each.from);
  const place = (node: DrawnNode, key: string, column: Column): PlacedNode => ({
    key,
    node,
    column,
    inEdges: inEdges.get(key) ?? none,
    outEdges: outEdges.get(key) ?? none,
  });
  const nodes = view.nodes.flatMap((node): PlacedNode[] => {
    if (node.kind !== 'service' && (node.kind !== 'group' || node.of !== 'service')) {
      return [place(node, node.id, kindOf(node) === 'channel' ? 1 : 2)];
    }
    const asProducer = publishes.has(node.id) || (!consumes.has(node.id) && (node.publishes || !node.consumes));
    const asConsumer = consumes.has(node.id) || (!asProducer && node.consumes);
    return [...(asProducer ? [place(node, `P ${node.id}`, 0)] : []), ...(asConsumer ? [place(node, `C ${node.id}`, 3)] : [])];
  });
  return { nodes, edges };
}

const none: readonly string[] = [];

function groupBy(edges: readonly PlacedEdge[], key: (edge: PlacedEdge) => string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const each of edges) {
    const list = groups.get(key(each));
    if (list) list.push(each.edge.id);
    else groups.set(key(each), [each.edge.id]);
  }
  return groups;
}

/** What the layout needs of it: columns, and ranks that keep brokers apart, dead letters below and what nothing is joined to at the foot. */
export function layoutInput(flow: FlowModel): { readonly nodes: readonly LayoutNode[]; readonly edges: readonly LayoutEdge[] } {
  const brokers = [...new Set(flow.nodes.flatMap(({ node }) => sideOf(node) ?? []))].sort();
  return {
    nodes: flow.nodes.map(({ key, node, column, inEdges, outEdges }) => ({
      id: key,
      column,
      rank:
        node.kind === 'service' || sideOf(node) === null
          ? 0
          : brokers.indexOf(sideOf(node) ?? '') * 2 + (node.deadLetter ? 1 : 0) + (inEdges.length + outEdges.length === 0 ? 1000 : 0),
      title: node.title,
    })),
    edges: flow.edges.map(({ from, to }) => ({ from, to })),
  };
}

/** A column grid in the order of the names: what is drawn when the layout misses its deadline. */
export function gridHeights(flow: FlowModel): Heights {
  const next = [0, 0, 0, 0];
  return Object.fromEntries(
    [...flow.nodes]
      .sort((a, b) => (a.node.title < b.node.title ? -1 : 1))
      .map(({ key, column }) => {
        const y = next[column] ?? 0;
        next[column] = y + PITCH;
        return [key, y];
      }),
  );
}

/** The nodes whose title holds the words, with what comes to them and what goes out of them, up to the next services; edges between those. */
export function filterView(view: TopologyView, words: string, brokers: readonly string[] | null): TopologyView {
  const inBrokers = (each: TopologyNode | TopologyEdge): boolean =>
    brokers === null || !('broker' in each) || brokers.includes(each.broker);
  const edges = view.edges.filter(inBrokers);
  const joined = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  const nodes = view.nodes.filter((node) => (node.kind === 'service' ? brokers === null || joined.has(node.id) : inBrokers(node)));
  const needle = words.trim().toLowerCase();
  if (needle === '') return brokers === null ? view : { ...view, nodes, edges };
  // Downstream of what is found, and upstream of it; not the siblings of its neighbours.
  const found = nodes.filter((node) => node.title.toLowerCase().includes(needle)).map((node) => node.id);
  const kept = new Set([...walk(found, edges, 'from', 'to'), ...walk(found, edges, 'to', 'from')]);
  return {
    ...view,
    nodes: nodes.filter((node) => kept.has(node.id)),
    edges: edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to)),
  };
}

/** Along the edges until a service: beyond it everything is joined to everything. */
function walk(start: readonly string[], edges: readonly TopologyEdge[], from: 'from' | 'to', to: 'from' | 'to'): Set<string> {
  const kept = new Set(start);
  let front: readonly string[] = start;
  while (front.length > 0) {
    const here = new Set(front);
    const next = new Set(edges.filter((edge) => here.has(edge[from]) && !kept.has(edge[to])).map((edge) => edge[to]));
    for (const id of next) kept.add(id);
    front = [...next].filter((id) => !id.startsWith('service:'));
  }
  return kept;
}
