import { describe, expect, it } from 'vitest';
import { buildTopology, type TopologyInput } from './build-topology';
import { aChannel, aConsumer, aGroup, aPicture, aQueue, aSeenEdge, aTopic, pictureNoon } from './topology.fixture';

const brokers = [
  { name: 'rabbit', system: 'rabbitmq', inProcess: false },
  { name: 'kafka', system: 'kafka', inProcess: false },
] as const;

const build = (given: Partial<TopologyInput>) =>
  buildTopology({ brokers, pictures: [], seen: [], serviceNames: {}, taken: new Map(), ...given });
const lines = (given: Partial<TopologyInput>) =>
  build(given).edges.map((edge) => `${edge.id} [${edge.evidence.map((one) => one.kind).join('+')}] ${edge.count}`);
const kafka = (given: Parameters<typeof aPicture>[0]) => aPicture({ broker: 'kafka', system: 'kafka', ...given });

const shop = aPicture({
  channels: [aChannel('shop'), aChannel('shop.dead', { kind: 'exchange-fanout' }), aChannel('amq.topic'), aChannel('eventyard.positions')],
  inboxes: [
    aQueue('billing', {
      consumers: [aConsumer('payment'), aConsumer('payment', { id: 'payment-2' })],
      deadLetterTo: { channel: 'shop.dead', routingKey: null, by: 'argument' },
    }),
    aQueue('graveyard'),
    aQueue('eventyard.tap', { ours: true }),
  ],
  bindings: [
    { from: 'shop', to: { kind: 'inbox', inbox: 'billing' }, routingKey: 'order.*', arguments: {} },
    { from: 'shop.dead', to: { kind: 'inbox', inbox: 'graveyard' }, routingKey: '', arguments: {} },
    { from: 'shop', to: { kind: 'inbox', inbox: 'eventyard.tap' }, routingKey: 'order.*', arguments: {} },
  ],
});

describe('the picture of who talks to whom', () => {
  it('[TP2] draws what a broker declares before any event came', () => {
    expect(lines({ pictures: [shop] })).toEqual([
      'consume:inbox:rabbit/billing→service:payment [declared] 0',
      'dead-letter:inbox:rabbit/billing→channel:rabbit/shop.dead [declared] 0',
      'route:channel:rabbit/shop.dead→inbox:rabbit/graveyard [declared] 0',
      'route:channel:rabbit/shop→inbox:rabbit/billing [declared] 0',
    ]);
    expect(build({ pictures: [shop] }).nodes.find((node) => node.id === 'service:payment')).toMatchObject({
      publishes: false,
      consumes: true,
      members: 2,
    });
  });

  it('[TP3] leaves out what is ours, what is internal, and built-in exchanges nobody uses', () => {
    const ids = build({
      pictures: [
        shop,
        kafka({ channels: [aTopic('__consumer_offsets', { internal: true })], inboxes: [aGroup('__consumer_offsets', 'x')] }),
      ],
      seen: [aSeenEdge({ channel: 'eventyard.positions' })],
    }).nodes.map((node) => node.id);
    expect(ids.filter((id) => /eventyard|amq\.|__consumer/.test(id))).toEqual([]);
    expect(build({ pictures: [shop], seen: [aSeenEdge({ channel: 'amq.topic' })] }).nodes.map((node) => node.id)).toContain(
      'channel:rabbit/amq.topic',
    );
  });

  it('[TP4] an edge keeps every evidence, strongest first, with its count and when it was last seen', () => {
    const { edges } = build({
      pictures: [shop],
      seen: [aSeenEdge({ kind: 'route', channel: 'shop', inbox: 'billing', count: 7 })],
      taken: new Map([['inbox:rabbit/billing', 5]]),
    });
    expect(edges.find((edge) => edge.kind === 'route' && edge.to === 'inbox:rabbit/billing')).toMatchObject({
      count: 7,
      evidence: [{ kind: 'seen', at: pictureNoon }, { kind: 'declared' }],
    });
    expect(edges.find((edge) => edge.kind === 'consume')).toMatchObject({ count: 5, evidence: [{ kind: 'seen' }, { kind: 'declared' }] });
  });

  it('[TP5] names services by the events, the mapping first, and says when nobody is named', () => {
    const { nodes, edges } = build({
      seen: [aSeenEdge({ channel: 'shop', source: 'orders-svc', count: 3 }), aSeenEdge({ channel: 'shop', count: 2 })],
      serviceNames: { 'orders-svc': 'orders' },
    });
    expect(edges.map((edge) => edge.from)).toEqual(['service:?rabbit/shop', 'service:orders']);
    expect(nodes.find((node) => node.id === 'service:?rabbit/shop')).toMatchObject({
      title: 'unknown producer',
      unknown: 'Its events name no source.',
    });
  });

  it('[TP5] names consumers by mapping, then client, then group (inferred)', () => {
    const picture = kafka({
      channels: [aTopic('orders')],
      inboxes: [
        aGroup('orders', 'g1', { consumers: [aConsumer('svc-a')] }),
        aGroup('orders', 'g2', { consumers: [aConsumer(null, { rawName: 'kafkajs' })] }),
        aGroup('orders', 'g3'),
        aGroup('orders', 'g4', { consumers: [aConsumer(null, { rawName: 'rdkafka' })] }),
      ],
    });
    expect(lines({ pictures: [picture], serviceNames: { g4: 'shipping' } }).filter((line) => line.startsWith('consume'))).toEqual([
      'consume:inbox:kafka/orders@g1→service:svc-a [declared] 0',
      'consume:inbox:kafka/orders@g2→service:g2 [declared+inferred] 0',
      'consume:inbox:kafka/orders@g3→service:g3 [inferred] 0',
      'consume:inbox:kafka/orders@g4→service:shipping [declared] 0',
    ]);
    expect(lines({ pictures: [aPicture({ inboxes: [aQueue('q', { consumers: [aConsumer(null)] })] })] })).toEqual([
      'consume:inbox:rabbit/q→service:?rabbit/q [declared] 0',
    ]);
  });

  it('[TP6] every group of a topic gets all of its events; seen when its offset moves', () => {
    const picture = kafka({ channels: [aTopic('orders')], inboxes: [aGroup('orders', 'a'), aGroup('orders', 'b')] });
    const seen = [aSeenEdge({ broker: 'kafka', channel: 'orders', source: 'web', count: 9 })];
    expect(
      lines({ pictures: [picture], seen, taken: new Map([['inbox:kafka/orders@a', 4]]) }).filter((line) => line.startsWith('route')),
    ).toEqual([
      'route:channel:kafka/orders→inbox:kafka/orders@a [seen+declared] 9',
      'route:channel:kafka/orders→inbox:kafka/orders@b [declared] 9',
    ]);
  });

  it('[TP7] knows places of dead letters by wiring, by traffic and by name, and says why', () => {
    const { nodes } = build({ pictures: [shop] });
    expect(nodes.find((node) => node.id === 'inbox:rabbit/graveyard')).toMatchObject({
      deadLetter: true,
      deadLetterWhy: 'Rejected messages of billing go here (its dead-letter argument).',
    });
    expect(build({ pictures: [aPicture({ inboxes: [aQueue('orders.dlq')] })] }).nodes).toMatchObject([
      { deadLetter: true, deadLetterWhy: 'Its name says so.' },
    ]);
    expect(
      build({ seen: [aSeenEdge({ kind: 'dead-letter', broker: 'kafka', channel: 'odd', inbox: 'orders@a' })] }).nodes.find(
        (node) => node.id === 'channel:kafka/odd',
      ),
    ).toMatchObject({ deadLetter: true });
    const byName = build({
      pictures: [aPicture({ inboxes: [aQueue('a', { deadLetterTo: { channel: '', routingKey: 'b', by: 'policy' } }), aQueue('b')] })],
    });
    expect(byName.edges.map((edge) => edge.id)).toEqual(['dead-letter:inbox:rabbit/a→inbox:rabbit/b']);
    expect(byName.nodes.find((node) => node.id === 'inbox:rabbit/b')).toMatchObject({ deadLetter: true });
  });

  it('[TP7] letters that do not say where they died come from the only inbox wired so, else from nowhere known', () => {
    const seen = [aSeenEdge({ kind: 'dead-letter', channel: 'shop.dead', count: 2 })];
    expect(lines({ pictures: [shop], seen }).filter((line) => line.startsWith('dead-letter'))).toEqual([
      'dead-letter:inbox:rabbit/billing→channel:rabbit/shop.dead [declared+inferred] 2',
    ]);
    expect(lines({ seen })).toEqual(['dead-letter:service:?rabbit/shop.dead→channel:rabbit/shop.dead [seen] 2']);
  });

  it('[TP8] a queue without bindings hangs on the default exchange, which only counters tell of', () => {
    const picture = aPicture({
      channels: [aChannel('', { readable: { can: false, why: 'the default exchange cannot be read' } })],
      inboxes: [aQueue('rpc')],
    });
    expect(lines({ pictures: [picture] })).toEqual(['route:channel:rabbit/→inbox:rabbit/rpc [declared] 0']);
    expect(build({ pictures: [picture] }).nodes.find((node) => node.kind === 'channel')).toMatchObject({
      unreadable: 'the default exchange cannot be read',
    });
  });

  it('[TP9] the same facts in another order give the same picture, and hostile names are only names', () => {
    const seen = ['__proto__', 'constructor', '<b>'].map((channel) => aSeenEdge({ channel, source: channel }));
    const one = build({ pictures: [shop], seen });
    expect(build({ pictures: [shop], seen: seen.toReversed() })).toEqual(one);
    expect(one.nodes.map((node) => node.id)).toContain('service:__proto__');
  });

  it('exchange to exchange and alternate exchanges are routes too', () => {
    const picture = aPicture({
      channels: [aChannel('a', { alternate: 'c' }), aChannel('b'), aChannel('c')],
      bindings: [{ from: 'a', to: { kind: 'channel', channel: 'b' }, routingKey: '#', arguments: {} }],
    });
    expect(lines({ pictures: [picture] })).toEqual([
      'route:channel:rabbit/a→channel:rabbit/b [declared] 0',
      'route:channel:rabbit/a→channel:rabbit/c [declared] 0',
    ]);
  });
});
