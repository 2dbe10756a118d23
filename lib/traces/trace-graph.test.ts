import { describe, expect, it } from 'vitest';
import type { TopologyNode } from '@/lib/contract/topology';
import { traceGraph } from './trace-graph';
import { storyRows } from './trace-pictures.fixture';

const graph = traceGraph(storyRows(), null);

describe('a trace over the topology', () => {
  it('[TG1] has the topology’s ids', () => {
    expect(graph.nodes.map(({ id }) => id)).toEqual([
      'channel:shop-rabbit/shop.events',
      'service:checkout',
      'inbox:shop-rabbit/billing',
      'service:billing',
      'channel:shop-kafka/payments',
      'inbox:shop-rabbit/mail',
      'service:mailer',
      'channel:shop-rabbit/shop.dlx',
    ]);
    expect(graph.edges.map(({ kind }) => kind)).toEqual(['publish', 'route', 'consume', 'publish', 'route', 'consume', 'dead-letter']);
  });

  it('[TG2] says which events took an edge, and at which step', () => {
    const letter = graph.edges.find(({ kind }) => kind === 'dead-letter');
    expect(graph.eventsOf.get(letter?.id ?? '')).toEqual(['letter']);
    expect(graph.stepOf.get(letter?.id ?? '')).toBe(3);
  });

  it('[TG3] takes what the topology knows of a place, and else what the events say', () => {
    const known: TopologyNode = {
      id: 'channel:shop-rabbit/shop.events',
      kind: 'channel',
      broker: 'shop-rabbit',
      system: 'rabbitmq',
      inProcess: true,
      title: 'shop.events',
      channelKind: 'exchange-fanout',
      partitions: null,
      deadLetter: false,
      unreadable: null,
    };
    expect(traceGraph(storyRows(), { nodes: [known] }).nodes[0]).toBe(known);
  });
});
