import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopologyEdge, TopologyNode } from '@/lib/contract/topology';
import { focusPicture, groupPicture } from './group-picture';

const service = (title: string): TopologyNode => ({
  id: `service:${title}`,
  kind: 'service',
  title,
  unknown: null,
  publishes: true,
  consumes: false,
  members: null,
});
const topic = (title: string, deadLetter = false): TopologyNode => ({
  id: `channel:k/${title}`,
  kind: 'channel',
  broker: 'k',
  system: 'kafka',
  inProcess: false,
  title,
  channelKind: 'topic',
  partitions: 1,
  deadLetter,
  unreadable: null,
});
const edge = (from: string, to: string, count = 1, kind: TopologyEdge['evidence'][number]['kind'] = 'seen'): TopologyEdge => ({
  id: `publish:${from}→${to}`,
  kind: 'publish',
  from,
  to,
  broker: 'k',
  system: 'kafka',
  evidence: [{ kind, text: kind, at: null }],
  count,
});

describe('groupPicture', () => {
  const nodes = [
    service('orders-api'),
    service('orders-worker'),
    service('mail'),
    topic('eu.orders.v1'),
    topic('eu.orders.v2'),
    topic('eu.stock.v1'),
  ];
  const edges = [
    edge('service:orders-api', 'channel:k/eu.orders.v1', 3),
    edge('service:orders-worker', 'channel:k/eu.orders.v2', 4, 'inferred'),
    edge('service:mail', 'channel:k/eu.stock.v1', 5),
  ];

  it('[Y10] draws each node once, alone or in the group of its first own part', () => {
    const { nodes: drawn } = groupPicture({ nodes, edges }, new Set());
    expect(drawn.map(({ title }) => title)).toEqual(['orders-*', 'mail', 'eu.orders.*', 'eu.stock.v1']);
  });

  it('[Y10] keeps dead letters and brokers in groups of their own', () => {
    const { nodes: drawn } = groupPicture(
      { nodes: [topic('a.x'), topic('a.y'), topic('a.z', true), topic('a.w', true)], edges: [] },
      new Set(),
    );
    expect(drawn.map((node) => node.kind === 'group' && node.deadLetter)).toEqual([false, false, true]);
  });

  it('[Y11] adds up the edges between groups and keeps every evidence, strongest first', () => {
    const { edges: drawn, membersOf } = groupPicture({ nodes, edges }, new Set());
    const between = drawn.find(({ to }) => to.includes('eu.orders.*'));
    expect(between?.count).toBe(7);
    expect(between?.evidence.map(({ kind }) => kind)).toEqual(['seen', 'inferred']);
    expect(membersOf.get(between?.id ?? '')).toHaveLength(2);
    expect(drawn).toHaveLength(2);
  });

  it('[Y12] an opened group stands as its members again, the rest stays', () => {
    const closed = groupPicture({ nodes, edges }, new Set());
    const group = closed.nodes.find(({ title }) => title === 'orders-*');
    const open = groupPicture({ nodes, edges }, new Set([group?.id ?? '']));
    expect(open.nodes.map(({ title }) => title)).toEqual(['orders-api', 'orders-worker', 'mail', 'eu.orders.*', 'eu.stock.v1']);
    expect(open.groups).toHaveLength(closed.groups.length);
  });

  it('[Y10] [Y11] whatever the names: no node twice or lost, no edge lost', () => {
    const name = fc.stringMatching(/^[ab.\-@ ]{0,5}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 25 }),
        fc.array(fc.tuple(fc.nat(24), fc.nat(24)), { maxLength: 40 }),
        (names, pairs) => {
          const all = names.flatMap((title, index) => [index % 2 === 0 ? service(title) : topic(title)]);
          const ways = new Map(
            pairs.flatMap(([a, b]) => {
              const [from, to] = [all[a], all[b]];
              return from && to ? [[`${from.id} ${to.id}`, edge(from.id, to.id)] as const] : [];
            }),
          );
          const { nodes: drawn, edges: lines } = groupPicture({ nodes: all, edges: [...ways.values()] }, new Set());
          const members = drawn.flatMap((node) => (node.kind === 'group' ? node.members : [node]));
          expect(members.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
          expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(ways.size);
        },
      ),
    );
  });
});

describe('focusPicture', () => {
  const nodes = ['a', 'b', 'c', 'd'].map(service);
  const edges = [edge('service:a', 'service:b'), edge('service:b', 'service:c'), edge('service:c', 'service:d')];
  const titles = (focus: string, steps: number) => focusPicture({ nodes, edges }, focus, steps).nodes.map(({ title }) => title);

  it('[Y13] keeps what is within the steps, in both directions', () => {
    expect(titles('service:b', 1)).toEqual(['a', 'b', 'c']);
    expect(titles('service:a', 2)).toEqual(['a', 'b', 'c']);
    expect(titles('service:x', 2)).toEqual([]);
  });
});
