import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PITCH, layoutColumns, spread, tidy, type LayoutEdge, type LayoutNode } from './column-layout';

const node = (id: string, column: number, rank = 0): LayoutNode => ({ id, column, rank, title: id });
const shop = {
  nodes: [
    node('checkout', 0),
    node('payment', 0),
    node('orders', 1),
    node('payments', 1),
    node('capture', 2),
    node('reserve', 2),
    node('fraud', 2),
    node('payment→', 3),
  ],
  edges: [
    { from: 'checkout', to: 'orders' },
    { from: 'payment', to: 'payments' },
    { from: 'orders', to: 'capture' },
    { from: 'orders', to: 'reserve' },
    { from: 'payments', to: 'fraud' },
    { from: 'capture', to: 'payment→' },
  ] as LayoutEdge[],
};

const noneOverlap = (nodes: readonly LayoutNode[], heights: Record<string, number>): boolean =>
  nodes.every((a) =>
    nodes.every((b) => a.id === b.id || a.column !== b.column || Math.abs((heights[a.id] ?? 0) - (heights[b.id] ?? 0)) >= PITCH - 1),
  );

describe('layoutColumns', () => {
  it('gives every node a place and lets none overlap', () => {
    const heights = layoutColumns(shop.nodes, shop.edges);
    expect(Object.keys(heights).sort()).toEqual(shop.nodes.map((each) => each.id).sort());
    expect(noneOverlap(shop.nodes, heights)).toBe(true);
    expect(Math.min(...Object.values(heights))).toBe(0);
  });

  it('puts a channel at the height of its inboxes', () => {
    const heights = layoutColumns(shop.nodes, shop.edges);
    expect(heights.orders).toBeLessThan(heights.payments ?? 0);
    expect(heights.orders).toBe(((heights.capture ?? 0) + (heights.reserve ?? 0)) / 2);
    expect(heights['payment→']).toBe(heights.capture);
  });

  it('lets no two straight chains cross', () => {
    const nodes = ['a', 'b', 'c', 'd']
      .flatMap((name, at) => [node(`ch${at % 2}`, 1), node(`in-${name}`, 2), node(`svc-${3 - at}`, 3)])
      .filter((each, at, all) => all.findIndex((other) => other.id === each.id) === at);
    const edges = ['a', 'b', 'c', 'd'].flatMap((name, at) => [
      { from: `ch${at % 2}`, to: `in-${name}` },
      { from: `in-${name}`, to: `svc-${3 - at}` },
    ]);
    const heights = layoutColumns(nodes, edges);
    const pairs = ['a', 'b', 'c', 'd']
      .map((name, at) => [heights[`in-${name}`] ?? 0, heights[`svc-${3 - at}`] ?? 0] as const)
      .sort(([x], [y]) => x - y);
    for (const [inbox, consumer] of pairs) expect(consumer).toBe(inbox);
  });

  it('keeps ranks together: one broker above the other', () => {
    const nodes = [node('b', 1, 1), node('a', 1, 0), node('x', 2, 0), node('y', 2, 1), node('z', 2, 1)];
    const heights = layoutColumns(nodes, [
      { from: 'a', to: 'z' },
      { from: 'b', to: 'x' },
    ]);
    expect(heights.a).toBeLessThan(heights.b ?? 0);
    expect(heights.x).toBeLessThan(heights.y ?? 0);
  });

  it('[Y1] moves nothing that has a place, [Y2] and puts what is new into a free one near its neighbours', () => {
    const known = tidy(shop.nodes, shop.edges);
    const nodes = [...shop.nodes, node('stock', 1), node('search', 2)];
    const edges = [...shop.edges, { from: 'stock', to: 'search' }, { from: 'checkout', to: 'stock' }];
    const heights = layoutColumns(nodes, edges, known);
    for (const each of shop.nodes) expect(heights[each.id]).toBe(known[each.id]);
    expect(noneOverlap(nodes, heights)).toBe(true);
    expect(Math.abs((heights.stock ?? 0) - (heights.checkout ?? 0))).toBeLessThanOrEqual(3 * PITCH);
  });

  it('[Y3] is the same picture in any order of nodes and edges', () => {
    const wanted = layoutColumns(shop.nodes, shop.edges);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(shop.nodes, { minLength: shop.nodes.length }),
        fc.shuffledSubarray(shop.edges, { minLength: shop.edges.length }),
        (nodes, edges) => {
          expect(layoutColumns(nodes, edges)).toEqual(wanted);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes edges to nodes that are not there, loops and dead-letter edges that run back', () => {
    const heights = layoutColumns(shop.nodes, [
      ...shop.edges,
      { from: 'capture', to: 'orders' },
      { from: 'orders', to: 'orders' },
      { from: 'orders', to: 'gone' },
    ]);
    expect(noneOverlap(shop.nodes, heights)).toBe(true);
  });

  it('draws nothing out of nothing', () => {
    expect(layoutColumns([], [])).toEqual({});
  });
});

describe('spread', () => {
  it('keeps the order and the pitch, and moves as little as it can', () => {
    expect(spread([0, 0])).toEqual([-PITCH / 2, PITCH / 2]);
    expect(spread([0, 500])).toEqual([0, 500]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -2000, max: 2000 }), { maxLength: 30 }), (wanted) => {
        const heights = spread(wanted);
        for (let at = 1; at < heights.length; at += 1)
          expect((heights[at] ?? 0) - (heights[at - 1] ?? 0)).toBeGreaterThanOrEqual(PITCH - 1e-6);
      }),
    );
  });
});
