import type { BrokerSystem } from '@/lib/events/names';
import type { EdgeId, NodeId, TopologyEdge, TopologyNode, TopologyView } from '@/lib/contract/topology';

/** Nodes of one column that share the beginning of their names, drawn as one. */
export interface NodeGroup {
  readonly id: NodeId;
  readonly kind: 'group';
  /** `orders.*`, or `others` for those that share no beginning. */
  readonly title: string;
  readonly of: TopologyNode['kind'];
  /** `null` for services. */
  readonly system: BrokerSystem | null;
  readonly deadLetter: boolean;
  readonly members: readonly TopologyNode[];
  /** For each member the edges that touch it: their rates added up say how busy it is. */
  readonly ways: readonly (readonly EdgeId[])[];
  readonly publishes: boolean;
  readonly consumes: boolean;
}

export type DrawnNode = TopologyNode | NodeGroup;

export interface GroupedPicture {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly TopologyEdge[];
  /** An edge that stands for several → those, so that their rates add up. Only edges that touch a group are in it. */
  readonly membersOf: ReadonlyMap<string, readonly string[]>;
  /** All groups, opened ones too. */
  readonly groups: readonly NodeGroup[];
}

/** Fewer than this stay single: a group of one hides a name and wins nothing. */
const LEAST_MEMBERS = 2;

/**
 * A crowded picture, readable: nodes grouped by kind, broker system and the first part of the name in which they differ (docs/spec/screens.md).
 * [Y10] Every node is drawn once: alone, or as a member of one group. [Y11] Every edge is kept: between groups they add up, evidence by
 * evidence. [Y12] An opened group stands as its members again; the rest does not change.
 */
export function groupPicture(view: Pick<TopologyView, 'nodes' | 'edges'>, opened: ReadonlySet<NodeId>): GroupedPicture {
  const groups = groupsOf(view);
  const groupOf = new Map(groups.filter(({ id }) => !opened.has(id)).flatMap((group) => group.members.map(({ id }) => [id, group])));
  const nodes = new Map<NodeId, DrawnNode>();
  for (const node of view.nodes) {
    const drawn = groupOf.get(node.id) ?? node;
    nodes.set(drawn.id, drawn);
  }
  const edges = new Map<string, TopologyEdge>();
  const membersOf = new Map<string, string[]>();
  for (const edge of view.edges) {
    const [from, to] = [groupOf.get(edge.from)?.id ?? edge.from, groupOf.get(edge.to)?.id ?? edge.to];
    if (from === edge.from && to === edge.to) {
      edges.set(edge.id, edge);
      continue;
    }
    const id = `${edge.kind}:${from}→${to}`;
    const before = edges.get(id);
    edges.set(id, before ? merged(before, edge) : { ...edge, id, from, to });
    const members = membersOf.get(id);
    if (members) members.push(edge.id);
    else membersOf.set(id, [edge.id]);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()], membersOf, groups };
}

function merged(one: TopologyEdge, other: TopologyEdge): TopologyEdge {
  const known = new Set(one.evidence.map(({ kind }) => kind));
  return {
    ...one,
    count: one.count + other.count,
    evidence: [...one.evidence, ...other.evidence.filter(({ kind }) => !known.has(kind))].toSorted((a, b) => order[a.kind] - order[b.kind]),
  };
}

const order = { seen: 0, declared: 1, inferred: 2 } as const;

function groupsOf(view: Pick<TopologyView, 'nodes' | 'edges'>): NodeGroup[] {
  const publishes = new Set(view.edges.flatMap((edge) => (edge.kind === 'publish' ? [edge.from] : [])));
  const consumes = new Set(view.edges.flatMap((edge) => (edge.kind === 'consume' ? [edge.to] : [])));
  const ways = new Map<NodeId, EdgeId[]>();
  for (const edge of view.edges) for (const end of [edge.from, edge.to]) push(ways, end, edge.id);
  const sides = new Map<string, TopologyNode[]>();
  for (const node of view.nodes) {
    const side =
      node.kind === 'service'
        ? `service ${node.unknown === null ? 'known' : 'unknown'}`
        : `${node.kind} ${node.system}${node.deadLetter ? ' dead-letter' : ''}`;
    push(sides, side, node);
  }
  return [...sides].flatMap(([side, nodes]) => {
    const named = new Map<string, TopologyNode[]>();
    const depth = commonParts(nodes.map(({ title }) => title));
    // What died stands together: its names follow the inboxes, which are grouped already.
    const letters = side.endsWith('dead-letter');
    for (const node of nodes) {
      const beginning = partsOf(node.title).slice(0, depth + 1);
      push(named, letters ? 'dead letters' : `${beginning.join('')}*`, node);
    }
    const shared = [...named].filter(([, members]) => members.length >= LEAST_MEMBERS);
    const others = [...named].filter(([, members]) => members.length < LEAST_MEMBERS).flatMap(([, members]) => members);
    const all: (readonly [string, readonly TopologyNode[]])[] = [
      ...shared,
      // A few names of their own stay as they are; dozens of them would be a crowd again.
      ...(others.length > 8 ? [[shared.length === 0 ? 'all' : 'others', others] as const] : []),
    ];
    return all.map(([title, members]): NodeGroup => {
      const first = members[0];
      return {
        id: `group:${side}/${title}`,
        kind: 'group',
        title: side === 'service unknown' ? 'unknown producers' : title,
        of: first?.kind ?? 'service',
        system: first === undefined || first.kind === 'service' ? null : first.system,
        deadLetter: first !== undefined && first.kind !== 'service' && first.deadLetter,
        members,
        ways: members.map(({ id }) => ways.get(id) ?? []),
        publishes: members.some(({ id }) => publishes.has(id)),
        consumes: members.some(({ id }) => consumes.has(id)),
      };
    });
  });
}

/** `orders.v1-dlt` → `orders.`, `v1-`, `dlt`: the separators stay with what they end. */
const partsOf = (title: string): readonly string[] => title.match(/[^._\-/:@ ]*[._\-/:@ ]?/g)?.filter((part) => part !== '') ?? [title];

/** How many leading parts all of them share: `prod.` in front of everything says nothing. */
function commonParts(titles: readonly string[]): number {
  const [first = [], ...rest] = titles.map(partsOf);
  if (rest.length === 0) return 0;
  let depth = 0;
  while (depth < first.length - 1 && rest.every((parts) => parts.length > depth + 1 && parts[depth] === first[depth])) depth += 1;
  return depth;
}

/** [Y13] What is within `steps` edges of a node, in both directions, with the edges between. Unknown node: nothing. */
export function focusPicture<View extends Pick<TopologyView, 'nodes' | 'edges'>>(view: View, focus: NodeId, steps: number): View {
  const neighbours = new Map<NodeId, NodeId[]>();
  for (const { from, to } of view.edges) {
    push(neighbours, from, to);
    push(neighbours, to, from);
  }
  const kept = new Set(view.nodes.some(({ id }) => id === focus) ? [focus] : []);
  let front = [...kept];
  for (let step = 0; step < steps; step += 1) {
    front = front.flatMap((id) => neighbours.get(id) ?? []).filter((id) => !kept.has(id) && kept.add(id));
  }
  return {
    ...view,
    nodes: view.nodes.filter(({ id }) => kept.has(id)),
    edges: view.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}

function push<K, T>(map: Map<K, T[]>, key: K, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
