import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath } from './critical-path';
import { aNode, anEventRow, start } from './trace-node.fixture';

const node = (id: string, parent: string | null, after: number, given = {}, joinedBy = {}) =>
  aNode(anEventRow({ id, after, ...given }), parent, joinedBy);
const names = (nodes: Parameters<typeof criticalPath>[0]) => criticalPath(nodes).map(({ event }) => event);

describe('the chain that decided how long it took', () => {
  it('[CR1] leads from the root to the last event, each step from where the one before ended', () => {
    const nodes = [node('a', null, 0), node('b', 'a', 10), node('c', 'b', 90), node('d', 'a', 40)];
    expect(criticalPath(nodes)).toEqual([
      { event: 'a', from: start, to: start },
      { event: 'b', from: start, to: start + 10_000 },
      { event: 'c', from: start + 10_000, to: start + 90_000 },
    ]);
  });

  it('[CR2] begins after what is joined by time alone', () => {
    expect(names([node('a', null, 0), node('b', 'a', 50, {}, { joinedBy: 'time' }), node('c', 'b', 60)])).toEqual(['b', 'c']);
  });

  it('[CR3] a replay of tomorrow does not end the trace of today', () => {
    const nodes = [node('a', null, 0), node('b', 'a', 50), node('r', 'b', 9_000, { replayId: 'r1' }), node('s', 'r', 9_100)];
    expect(names(nodes)).toEqual(['a', 'b']);
  });

  it('[CR1] ends for any parents, circles too', () => {
    const parents = fc.array(fc.tuple(fc.nat(15), fc.integer({ min: 0, max: 1_000 })), { maxLength: 16 });
    fc.assert(
      fc.property(parents, (given) => {
        const nodes = given.map(([parent, after], index) => node(`e${index}`, parent >= given.length ? null : `e${parent}`, after));
        const path = criticalPath(nodes);
        expect(new Set(path.map(({ event }) => event)).size).toBe(path.length);
        for (const step of path) expect(step.from).toBeLessThanOrEqual(step.to);
      }),
    );
    expect(criticalPath([])).toEqual([]);
  });
});
