import { describe, expect, it } from 'vitest';
import type { TopologyView } from '@/lib/contract/topology';
import { momentOf } from './moment-of';
import { timelineRows, wiringOf, type TimelineRow } from './timeline';
import { aNode, anEventRow, start } from './trace-node.fixture';

const shown = (rows: readonly TimelineRow[]): string[] =>
  rows.map((row) => `${'  '.repeat(row.depth)}${row.kind === 'event' ? `${row.mark} ${row.node.event.id}` : `inbox ${row.title}`}`);

const topology: Pick<TopologyView, 'nodes' | 'edges'> = {
  nodes: [
    ...['payment', 'shipping'].map(
      (title) =>
        ({ id: `service:${title}`, kind: 'service', title, unknown: null, publishes: true, consumes: true, members: null }) as const,
    ),
    {
      id: 'channel:shop-kafka/orders',
      kind: 'channel',
      broker: 'shop-kafka',
      system: 'kafka',
      inProcess: false,
      title: 'orders',
      channelKind: 'topic',
      partitions: 3,
      deadLetter: false,
      unreadable: null,
    },
    {
      id: 'channel:shop-rabbit/shop.dlx',
      kind: 'channel',
      broker: 'shop-rabbit',
      system: 'rabbitmq',
      inProcess: false,
      title: 'shop.dlx',
      channelKind: 'exchange-fanout',
      partitions: null,
      deadLetter: true,
      unreadable: null,
    },
    {
      id: 'inbox:shop-kafka/orders@payment-capture',
      kind: 'inbox',
      broker: 'shop-kafka',
      system: 'kafka',
      inProcess: false,
      title: 'payment-capture',
      inbox: 'orders@payment-capture',
      inboxKind: 'group',
      deadLetter: false,
      deadLetterWhy: null,
    },
    {
      id: 'inbox:shop-rabbit/shipping.orders',
      kind: 'inbox',
      broker: 'shop-rabbit',
      system: 'rabbitmq',
      inProcess: false,
      title: 'shipping.orders',
      inbox: 'shipping.orders',
      inboxKind: 'queue',
      deadLetter: false,
      deadLetterWhy: null,
    },
  ],
  edges: [
    ['route', 'channel:shop-kafka/orders', 'inbox:shop-kafka/orders@payment-capture'],
    ['consume', 'inbox:shop-kafka/orders@payment-capture', 'service:payment'],
    ['consume', 'inbox:shop-rabbit/shipping.orders', 'service:shipping'],
    ['dead-letter', 'inbox:shop-rabbit/shipping.orders', 'channel:shop-rabbit/shop.dlx'],
  ].map(([kind, from, to]) => ({
    id: `${kind}:${from}→${to}`,
    kind,
    from,
    to,
    broker: 'shop-rabbit',
    system: 'rabbitmq',
    evidence: [{ kind: 'declared', text: '', at: null }],
    count: 0,
  })) as TopologyView['edges'],
};
const wiring = wiringOf(topology);

describe('the rows of the waterfall', () => {
  const placed = anEventRow({ id: 'placed', broker: 'shop-kafka', system: 'kafka', channel: 'orders' });
  const paid = anEventRow({
    id: 'paid',
    source: 'payment',
    after: 400,
    inboxes: [
      { inbox: 'shipping.orders', evidence: 'seen' },
      { inbox: 'mail', evidence: 'declared' },
    ],
  });
  const died = anEventRow({
    id: 'died',
    channel: 'shop.dlx',
    deadLetter: true,
    after: 3_000,
    inboxes: [{ inbox: 'shipping.dlq', evidence: 'seen' }],
  });
  const again = anEventRow({ id: 'again', replayId: 'rp-1', replayOf: 'died', after: 9_000 });
  const nodes = [
    aNode(placed),
    aNode(paid, 'placed'),
    aNode(died, 'paid', { joinedBy: 'dead-letter' }),
    aNode(again, 'died', { joinedBy: 'replay' }),
  ];

  it('[TL6] hang an effect under the inbox whose consumer made it, a dead letter under the inbox it died in', () => {
    expect(shown(timelineRows(nodes, wiring))).toEqual([
      'event placed',
      '  inbox payment-capture',
      '    event paid',
      '      inbox shipping.orders',
      '        dead-letter died',
      '          replay again',
      '      inbox mail',
    ]);
  });

  it('[TL6] hang an effect under the event itself when two inboxes can have made it', () => {
    const twice = anEventRow({
      id: 'cause',
      inboxes: [
        { inbox: 'a', evidence: 'seen' },
        { inbox: 'b', evidence: 'seen' },
      ],
    });
    const both = { ...wiring, servicesOf: () => ['shipping'] };
    expect(shown(timelineRows([aNode(twice), aNode(anEventRow({ id: 'effect', source: 'shipping' }), 'cause')], both))).toEqual([
      'event cause',
      '  inbox a',
      '  inbox b',
      '  event effect',
    ]);
  });

  it('[TL6] know the inbox of a letter by its routing key where several share the exchange for letters', () => {
    const cause = anEventRow({
      id: 'cause',
      inboxes: [
        { inbox: 'mail', evidence: 'seen' },
        { inbox: 'audit', evidence: 'seen' },
      ],
    });
    const letter = (routingKey: string) =>
      aNode(anEventRow({ id: 'letter', channel: 'dlx', routingKey, deadLetter: true }), 'cause', { joinedBy: 'dead-letter' });
    const shared = { ...wiring, deadLetterChannelOf: () => 'dlx' };
    expect(shown(timelineRows([aNode(cause), letter('mail')], shared))).toEqual([
      'event cause',
      '  inbox mail',
      '    dead-letter letter',
      '  inbox audit',
    ]);
    expect(shown(timelineRows([aNode(cause), letter('order.paid')], shared))).toEqual([
      'event cause',
      '  inbox mail',
      '  inbox audit',
      '  dead-letter letter',
    ]);
  });

  it('[TL7] end a bar at what followed, and leave it open where nothing did', () => {
    const bars = timelineRows(nodes, wiring).flatMap((row) =>
      row.kind === 'inbox' ? [[row.title, row.to === null ? null : (row.to - row.from) / 1000, row.until]] : [],
    );
    expect(bars).toEqual([
      ['payment-capture', 400, 'effect'],
      ['shipping.orders', 2_600, 'dead-letter'],
      ['mail', null, null],
    ]);
  });

  it('[TL5] give each node one row, also when its parent was not seen or the chain is very long', () => {
    expect(shown(timelineRows([aNode(anEventRow({ id: 'alone' }), 'never-seen', { orphan: true })]))).toEqual(['event alone']);
    const chain = Array.from({ length: 10_000 }, (_, i) => aNode(anEventRow({ id: `e${i}`, after: i }), i === 0 ? null : `e${i - 1}`));
    expect(timelineRows(chain)).toHaveLength(10_000);
  });

  it('carry the lines of their tree', () => {
    const family = [
      aNode(anEventRow({ id: 'a' })),
      aNode(anEventRow({ id: 'b' }), 'a'),
      aNode(anEventRow({ id: 'c' }), 'b'),
      aNode(anEventRow({ id: 'd' }), 'a'),
    ];
    expect(timelineRows(family).map((row) => [row.key, row.guides, row.last])).toEqual([
      ['a', [], true],
      ['b', [false], false],
      ['c', [false, true], true],
      ['d', [false], true],
    ]);
  });
});

describe('where an event stands in time', () => {
  it('is the stamp of its publisher when that is finer than a second', () =>
    expect(momentOf(anEventRow({ id: 'x' }))).toEqual({ at: start, by: 'published' }));

  it('is our own clock beside a stamp in whole seconds, unless we read it long after', () => {
    const second = Math.floor(start / 1_000_000) * 1_000_000;
    const coarse = anEventRow({ id: 'x', publishedAt: second, observedAt: second + 700_000 });
    expect(momentOf(coarse)).toEqual({ at: second + 700_000, by: 'observed' });
    expect(momentOf({ ...coarse, observedAt: second + 3_600_000_000 })).toEqual({ at: second, by: 'published' });
    expect(momentOf({ ...coarse, publishedAt: null }).by).toBe('observed');
  });
});
