import { act, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { TopologyEdge, TopologyNode, TopologyView } from '@/lib/contract/topology';
import { shapeEdges } from './edge-geometry';
import { labelOf, lookOf, widthOf } from './flow-edges';
import { NODE_HEIGHT, buildFlow, filterView, gridHeights, layoutInput } from './flow-model';
import { BUDGET, advance, createParticles, emissions, pointOn, type Track } from './particles';
import { createRatesStore, useRates } from './rates-store';
import { findSelection } from './selection-panel';
import { ratesOfWindow } from './use-topology';

const kafka = { broker: 'k', system: 'kafka', inProcess: false } as const;
const service = (title: string, publishes: boolean, consumes: boolean): TopologyNode => ({
  id: `service:${title}`,
  kind: 'service',
  title,
  unknown: null,
  publishes,
  consumes,
  members: null,
});
const topic = (title: string, deadLetter = false): TopologyNode => ({
  id: `channel:k/${title}`,
  kind: 'channel',
  ...kafka,
  title,
  channelKind: 'topic',
  partitions: 3,
  deadLetter,
  unreadable: null,
});
const group = (title: string, deadLetter = false): TopologyNode => ({
  id: `inbox:k/${title}`,
  kind: 'inbox',
  ...kafka,
  title,
  inbox: `t@${title}`,
  inboxKind: 'group',
  deadLetter,
  deadLetterWhy: null,
});
const edge = (
  kind: TopologyEdge['kind'],
  from: string,
  to: string,
  evidence: TopologyEdge['evidence'][number]['kind'][] = ['seen'],
): TopologyEdge => ({
  id: `${kind}:${from}→${to}`,
  kind,
  from,
  to,
  broker: 'k',
  system: 'kafka',
  evidence: evidence.map((each) => ({ kind: each, text: each, at: null })),
  count: 90,
});

const view: TopologyView = {
  at: 1,
  seq: 1,
  nodes: [
    service('checkout', true, true),
    service('fraud', false, true),
    topic('orders'),
    topic('dlt', true),
    group('capture'),
    group('screen'),
  ],
  edges: [
    edge('publish', 'service:checkout', 'channel:k/orders'),
    edge('route', 'channel:k/orders', 'inbox:k/capture', ['seen', 'declared']),
    edge('route', 'channel:k/orders', 'inbox:k/screen', ['declared']),
    edge('consume', 'inbox:k/capture', 'service:checkout', ['declared']),
    edge('consume', 'inbox:k/screen', 'service:fraud', ['inferred']),
    edge('dead-letter', 'inbox:k/capture', 'channel:k/dlt'),
  ],
  attention: [],
  pulse: [],
  gaps: [],
};

describe('buildFlow', () => {
  it('[Y4] draws a service that publishes and consumes in both outer columns, the rest once', () => {
    const flow = buildFlow(view);
    expect(flow.nodes.map((each) => `${each.key} ${each.column}`)).toEqual([
      'P service:checkout 0',
      'C service:checkout 3',
      'C service:fraud 3',
      'channel:k/orders 1',
      'channel:k/dlt 1',
      'inbox:k/capture 2',
      'inbox:k/screen 2',
    ]);
    expect(flow.edges.find((each) => each.edge.kind === 'consume')?.to).toBe('C service:checkout');
  });

  it('shows a service without any edge by what it is declared to do, and leaves out edges to nowhere', () => {
    const flow = buildFlow({ nodes: [service('idle', false, true)], edges: [edge('route', 'channel:k/gone', 'inbox:k/gone')] });
    expect(flow.nodes.map((each) => each.column)).toEqual([3]);
    expect(flow.edges).toEqual([]);
  });

  it('ranks dead letters at the foot of their broker, and below what nothing is joined to', () => {
    const ranks = Object.fromEntries(layoutInput(buildFlow(view)).nodes.map((each) => [each.id, each.rank]));
    expect(ranks['channel:k/dlt']).toBeGreaterThan(ranks['channel:k/orders'] ?? 0);
    const idle = layoutInput(buildFlow({ nodes: [...view.nodes, topic('idle')], edges: view.edges })).nodes.find(
      (each) => each.id === 'channel:k/idle',
    );
    expect(idle?.rank).toBeGreaterThan(ranks['channel:k/dlt'] ?? 0);
  });
});

describe('filterView', () => {
  it('keeps what is found and what is joined to it, up and down, not the siblings', () => {
    expect(filterView(view, 'screen', null).nodes.map((each) => each.title)).toEqual(['checkout', 'fraud', 'orders', 'screen']);
    expect(filterView(view, 'SCREEN', null).edges.every((each) => each.to !== 'inbox:k/capture')).toBe(true);
    expect(filterView(view, 'nothing', null).nodes).toEqual([]);
    expect(filterView(view, '', null)).toBe(view);
    expect(filterView(view, '', ['other']).nodes).toEqual([]);
  });
});

describe('shapeEdges', () => {
  const flow = buildFlow(view);
  const shapes = shapeEdges(flow.nodes, flow.edges, gridHeights(flow));

  it('gives every edge a line within the picture', () => {
    expect(shapes.size).toBe(flow.edges.length);
    for (const shape of shapes.values()) {
      expect(shape.length).toBeGreaterThan(20);
      expect([...shape.points].every(Number.isFinite)).toBe(true);
      expect(shape.path).not.toContain('NaN');
    }
  });

  it('[Y6] gives edges at one side of a node ports of their own, in the order of their other ends', () => {
    const starts = ['capture', 'screen'].map((name) => shapes.get(`route:channel:k/orders→inbox:k/${name}`)?.points[1] ?? 0);
    const heights = gridHeights(flow);
    expect(starts[0]).not.toBe(starts[1]);
    expect((starts[0] ?? 0) < (starts[1] ?? 0)).toBe((heights['inbox:k/capture'] ?? 0) < (heights['inbox:k/screen'] ?? 0));
    for (const y of starts) expect(Math.abs(y - ((heights['channel:k/orders'] ?? 0) + NODE_HEIGHT / 2))).toBeLessThan(NODE_HEIGHT / 2);
  });

  it('leads dead letters back, with the arrow pointing left', () => {
    expect(shapes.get('dead-letter:inbox:k/capture→channel:k/dlt')?.heading).toBe('left');
    expect(shapes.get('publish:service:checkout→channel:k/orders')?.heading).toBe('right');
  });
});

describe('how an edge is drawn', () => {
  it('[Y5] by the strongest thing we know', () => {
    const looks = view.edges.map((each) => lookOf({ edge: each, from: '', to: '' }));
    expect(looks).toEqual(['seen', 'seen', 'declared', 'declared', 'inferred', 'dead-letter']);
  });

  it('is wider with the rate, by its logarithm, within bounds', () => {
    expect(widthOf(0)).toBeLessThan(widthOf(10));
    expect(widthOf(10)).toBeLessThan(widthOf(1000));
    expect(widthOf(1e9)).toBe(6);
  });

  it('says a rate, that it is only declared, or nothing', () => {
    expect(labelOf('route', 'seen', { rate: 14.2, errorShare: 0 })).toBe('14.2/s');
    expect(labelOf('route', 'declared', undefined)).toBe('declared');
    expect(labelOf('publish', 'seen', { rate: 3, errorShare: 0 })).toBe('');
    expect(labelOf('dead-letter', 'dead-letter', { rate: 0.22, errorShare: 1 })).toBe('0.22/s');
  });
});

describe('particles', () => {
  const track = (rate: number, length = 200): Track => ({
    points: new Float32Array([0, 0, 100, 0, 200, 0]),
    length,
    rate,
    errorShare: 0,
    colour: 0,
  });

  it('[Y8] sends nothing where nothing flows, about one per event on a trickle, and more on the stronger edge', () => {
    const [none, trickle, some, most] = emissions([track(0), track(0.3), track(4), track(100)]);
    expect(none).toBe(0);
    expect(trickle).toBeCloseTo(0.3);
    expect(some ?? 0).toBeLessThan(most ?? 0);
  });

  it('[Y8] stays within the budget with a thousand busy edges', () => {
    const tracks = Array.from({ length: 1000 }, (_, index) => track(50 + index, 400));
    const perSecond = emissions(tracks);
    const particles = createParticles(tracks.length);
    let seed = 1;
    const random = () => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let step = 0; step < 300; step += 1) advance(particles, tracks, perSecond, 1 / 30, random);
    expect(particles.count).toBeGreaterThan(BUDGET * 0.5);
    expect(particles.count).toBeLessThanOrEqual(BUDGET);
  });

  it('lets go what arrived and knows where the rest is', () => {
    const tracks = [track(1)];
    const particles = createParticles(1);
    advance(particles, tracks, new Float32Array([1]), 0.1, () => 0.5);
    expect(particles.count).toBe(1);
    const point = new Float32Array(2);
    pointOn(tracks[0]?.points ?? new Float32Array(), 0.75, point);
    expect([...point].map(Math.round)).toEqual([150, 0]);
    for (let step = 0; step < 40; step += 1) advance(particles, tracks, new Float32Array([0]), 0.1, () => 0.5);
    expect(particles.count).toBe(0);
  });

  it('shows failures in their share', () => {
    const tracks = [{ ...track(1), errorShare: 1 }];
    const particles = createParticles(1);
    advance(particles, tracks, new Float32Array([1]), 0.1, () => 0.5);
    expect(particles.failed[0]).toBe(1);
  });
});

describe('the live numbers', () => {
  it('[Y7] draw again only what shows another value, at most twice a second', () => {
    vi.useFakeTimers();
    const store = createRatesStore();
    let draws = 0;
    function One() {
      draws += 1;
      const rate = useRates(store, selectA);
      return <p>{rate}</p>;
    }
    const selectA = (rates: ReturnType<typeof store.shown>) => rates.edges.a?.rate ?? 0;
    render(<One />);
    act(() => store.set({ edges: { a: { rate: 5, errorShare: 0 } }, inboxes: {} }));
    act(() => void vi.advanceTimersByTime(600));
    expect(screen.getByText('5')).toBeInTheDocument();
    const before = draws;
    act(() => store.set({ edges: { a: { rate: 5, errorShare: 0 }, b: { rate: 9, errorShare: 0 } }, inboxes: {} }));
    act(() => void vi.advanceTimersByTime(600));
    expect(draws).toBe(before);
    act(() => store.set({ edges: { a: { rate: 6, errorShare: 0 } }, inboxes: {} }));
    act(() => store.set({ edges: { a: { rate: 7, errorShare: 0 } }, inboxes: {} }));
    act(() => void vi.advanceTimersByTime(600));
    expect(screen.getByText('7')).toBeInTheDocument();
    expect(store.now().edges.a?.rate).toBe(7);
    vi.useRealTimers();
  });

  it('are counts over the window in the past', () => {
    expect(ratesOfWindow(view, 900).edges[view.edges[0]?.id ?? '']?.rate).toBe(0.1);
  });
});

describe('findSelection', () => {
  it('finds nodes and edges by the id of a link, and says when there is none', () => {
    expect(findSelection(view, 'service:fraud')).toMatchObject({ kind: 'node' });
    expect(findSelection(view, view.edges[1]?.id ?? '')).toMatchObject({
      kind: 'edge',
      from: { title: 'orders' },
      to: { title: 'capture' },
    });
    expect(findSelection(view, 'service:gone')).toBeNull();
    expect(findSelection(view, null)).toBeNull();
  });
});
