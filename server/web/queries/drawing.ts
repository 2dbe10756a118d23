import type { ServiceName } from '@/lib/events/names';
import type { NodeId, TopologyEdge, TopologyNode } from '@/lib/contract/topology';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import { buildTopology } from '@/lib/topology/build-topology';
import type { Services } from '../services';

/** What the brokers declare, drawn: for the questions that need to know who listens and what holds dead letters. */
export function declaredTopology(
  { settings }: Services,
  pictures: readonly BrokerPicture[],
): {
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  servicesOf(inbox: NodeId): readonly ServiceName[];
  isDeadLetter(inbox: NodeId): boolean;
  /** A step of a retry ladder. */
  waits(inbox: NodeId): boolean;
} {
  const { nodes, edges } = buildTopology({
    brokers: settings.brokers,
    pictures,
    seen: [],
    serviceNames: settings.serviceNames,
    taken: new Map(),
  });
  const titles = new Map(nodes.flatMap((node) => (node.kind === 'service' ? [[node.id, node.title] as const] : [])));
  const services = new Map<NodeId, ServiceName[]>();
  for (const { kind, from, to } of edges) if (kind === 'consume') services.set(from, [...(services.get(from) ?? []), titles.get(to) ?? to]);
  const letters = new Set(nodes.flatMap((node) => (node.kind === 'inbox' && node.deadLetter ? [node.id] : [])));
  const waiting = new Set(nodes.flatMap((node) => (node.kind === 'inbox' && node.waits ? [node.id] : [])));
  return {
    nodes,
    edges,
    servicesOf: (inbox) => services.get(inbox) ?? [],
    isDeadLetter: (inbox) => letters.has(inbox),
    waits: (inbox) => waiting.has(inbox),
  };
}
