import type { BrokerName, ChannelName, InboxName, ServiceName } from '@/lib/events/names';
import type { EdgeId, NodeId, TopologyEdge } from '@/lib/contract/topology';

/** The ids of nodes and edges, made in this one place so that the picture, the rates and the links agree (docs/spec/topology.md [TP1]). */
export const serviceNode = (service: ServiceName): NodeId => `service:${service}`;
export const unknownProducerNode = (broker: BrokerName, channel: ChannelName): NodeId => `service:?${broker}/${channel}`;
export const channelNode = (broker: BrokerName, channel: ChannelName): NodeId => `channel:${broker}/${channel}`;
export const inboxNode = (broker: BrokerName, inbox: InboxName): NodeId => `inbox:${broker}/${inbox}`;
export const edgeId = (kind: TopologyEdge['kind'], from: NodeId, to: NodeId): EdgeId => `${kind}:${from}→${to}`;

export type PlaceOfNode =
  | { readonly kind: 'service'; readonly service: ServiceName }
  | { readonly kind: 'unknown-producer'; readonly broker: BrokerName; readonly channel: ChannelName }
  | { readonly kind: 'channel'; readonly broker: BrokerName; readonly channel: ChannelName }
  | { readonly kind: 'inbox'; readonly broker: BrokerName; readonly inbox: InboxName };

/** Takes a node id apart; a broker's name holds no `/` (the configuration sees to it), a channel's may. */
export function readNodeId(id: NodeId): PlaceOfNode | 'not-a-node' {
  const [, kind, rest] = /^(service|channel|inbox):(.*)$/s.exec(id) ?? [];
  if (kind === undefined || rest === undefined) return 'not-a-node';
  if (kind === 'service' && !rest.startsWith('?')) return rest === '' ? 'not-a-node' : { kind, service: rest };
  const place = kind === 'service' ? rest.slice(1) : rest;
  const slash = place.indexOf('/');
  if (slash <= 0) return 'not-a-node';
  const [broker, name] = [place.slice(0, slash), place.slice(slash + 1)];
  if (kind === 'inbox') return name === '' ? 'not-a-node' : { kind, broker, inbox: name };
  return kind === 'channel' ? { kind, broker, channel: name } : { kind: 'unknown-producer', broker, channel: name };
}

/** Takes an edge id apart into its kind and its two nodes. */
export function readEdgeId(
  id: EdgeId,
): { readonly kind: TopologyEdge['kind']; readonly from: NodeId; readonly to: NodeId } | 'not-an-edge' {
  const [, kind, from, to] = /^(publish|route|consume|dead-letter):(.*)→((?:service|channel|inbox):.*)$/s.exec(id) ?? [];
  if (kind === undefined || from === undefined || to === undefined) return 'not-an-edge';
  return { kind: kind as TopologyEdge['kind'], from, to };
}
