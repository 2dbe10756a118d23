import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleTrace } from './assemble-trace';
import { compareTraces } from './compare-traces';
import { anEventRow } from './trace-node.fixture';

const trace = (id: string, steps: readonly (readonly [type: string, after: number])[], later = 0) =>
  assembleTrace(
    id,
    steps.map(([type, after], index) => anEventRow({ id: `${id}${index}`, type, after: after + later, traceId: id })),
  );

describe('two traces beside each other', () => {
  it('[CP10] pairs the same step and says how much later it came', () => {
    const { steps, longer } = compareTraces(
      trace('a', [
        ['order', 0],
        ['paid', 40],
      ]),
      trace(
        'b',
        [
          ['order', 0],
          ['paid', 100],
        ],
        9_000,
      ),
    );
    expect(steps.map(({ title, later }) => `${title} ${later}`)).toEqual(['order 0', 'paid 60000']);
    expect(longer).toBe(60_000);
  });

  it('[CP12] puts what only one has where it happened there', () => {
    const { steps, onlyA, onlyB } = compareTraces(
      trace('a', [
        ['order', 0],
        ['checked', 10],
        ['paid', 40],
      ]),
      trace('b', [
        ['order', 0],
        ['paid', 30],
        ['refused', 35],
        ['paid', 90],
      ]),
    );
    expect(steps.map(({ title, a, b }) => `${title} ${a ? 'a' : ''}${b ? 'b' : ''}`)).toEqual([
      'order ab',
      'checked a',
      'paid ab',
      'refused b',
      'paid b',
    ]);
    expect([onlyA, onlyB]).toEqual([1, 2]);
  });

  it('[CP11] has every event of both on exactly one line', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(500)), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(steps, steps, (left, right) => {
        const { steps: lines } = compareTraces(trace('a', left), trace('b', right));
        expect(lines.flatMap(({ a }) => (a ? [a.node.event.id] : [])).toSorted()).toEqual(left.map((_, index) => `a${index}`).toSorted());
        expect(lines.flatMap(({ b }) => (b ? [b.node.event.id] : [])).toSorted()).toEqual(right.map((_, index) => `b${index}`).toSorted());
      }),
    );
  });
});
