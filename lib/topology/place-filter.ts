import type { BrokerName, BrokerSystem, ChannelName, InboxName, ServiceName } from '@/lib/events/names';
import { groupOfInbox } from '@/lib/events/names';
import { readEdgeId, readNodeId } from './node-ids';

/** What the side panel asks the store for one node or edge. */
export interface PlaceFilter {
  readonly counts: {
    readonly broker?: BrokerName;
    readonly kind?: 'publish' | 'route' | 'dead-letter';
    readonly source?: ServiceName;
    readonly channel?: ChannelName;
    readonly inbox?: InboxName;
  };
  readonly events: {
    readonly broker?: BrokerName;
    readonly channel?: ChannelName;
    readonly inbox?: InboxName;
    readonly service?: ServiceName;
  };
  /** Whose samples belong to it. */
  readonly samples: { readonly broker: BrokerName; readonly inbox: InboxName; readonly kind: 'group' | 'queue' } | null;
}

/** Publishes of nobody known stand under the empty name in the rollups. */
const NOBODY: ServiceName = '';

/** [TP40] A Kafka group has no counts of its own: its events are its topic's. */
export function placeFilter(id: string, systemOf: (broker: BrokerName) => BrokerSystem | undefined): PlaceFilter | 'not-a-place' {
  const edge = readEdgeId(id);
  if (edge !== 'not-an-edge') return ofEdge(edge, systemOf);
  const place = readNodeId(id);
  if (place === 'not-a-node') return 'not-a-place';
  switch (place.kind) {
    case 'service':
      return { counts: { kind: 'publish', source: place.service }, events: { service: place.service }, samples: null };
    case 'unknown-producer':
      return {
        counts: { broker: place.broker, kind: 'publish', channel: place.channel, source: NOBODY },
        events: { broker: place.broker, channel: place.channel },
        samples: null,
      };
    case 'channel':
      return {
        counts: { broker: place.broker, kind: 'publish', channel: place.channel },
        events: { broker: place.broker, channel: place.channel },
        samples: null,
      };
    case 'inbox':
      return ofInbox(place.broker, place.inbox, systemOf(place.broker));
  }
}

function ofInbox(broker: BrokerName, inbox: InboxName, system: BrokerSystem | undefined): PlaceFilter {
  const { topic } = groupOfInbox(inbox);
  if (system === 'kafka' && topic !== null)
    return {
      counts: { broker, kind: 'publish', channel: topic },
      events: { broker, channel: topic },
      samples: { broker, inbox, kind: 'group' },
    };
  return { counts: { broker, kind: 'route', inbox }, events: { broker, inbox }, samples: { broker, inbox, kind: 'queue' } };
}

function ofEdge(
  edge: Exclude<ReturnType<typeof readEdgeId>, 'not-an-edge'>,
  systemOf: (broker: BrokerName) => BrokerSystem | undefined,
): PlaceFilter | 'not-a-place' {
  const [from, to] = [readNodeId(edge.from), readNodeId(edge.to)];
  if (from === 'not-a-node' || to === 'not-a-node') return 'not-a-place';
  if (from.kind === 'inbox' && edge.kind === 'consume') return ofInbox(from.broker, from.inbox, systemOf(from.broker));
  if (from.kind === 'channel' && to.kind === 'inbox') {
    const inbox = ofInbox(to.broker, to.inbox, systemOf(to.broker));
    return inbox.samples?.kind === 'group'
      ? inbox
      : { ...inbox, counts: { ...inbox.counts, channel: from.channel }, events: { ...inbox.events, channel: from.channel } };
  }
  if (to.kind !== 'channel') return 'not-a-place';
  const { broker, channel } = to;
  if (edge.kind === 'dead-letter')
    return {
      counts: { broker, kind: 'dead-letter', channel, ...(from.kind === 'inbox' && { inbox: from.inbox }) },
      events: { broker, channel },
      samples: null,
    };
  if (from.kind === 'service')
    return {
      counts: { broker, kind: 'publish', channel, source: from.service },
      events: { broker, channel, service: from.service },
      samples: null,
    };
  if (from.kind === 'unknown-producer')
    return { counts: { broker, kind: 'publish', channel, source: NOBODY }, events: { broker, channel }, samples: null };
  return { counts: { broker, kind: 'publish', channel }, events: { broker, channel }, samples: null };
}
