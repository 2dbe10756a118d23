import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparkOf, thinSeries } from './thin-series';

const range = { from: 0, to: 1_000_000 };
const raw = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 1_000_000 }), value: fc.option(fc.integer({ min: -50, max: 1000 }), { nil: null }) }),
  { maxLength: 2000 },
);

describe('a thinned series', () => {
  it('[CH1] [CH2] [CH4] has at most the asked points, in order, with the least and the greatest value kept', () => {
    fc.assert(
      fc.property(raw, fc.integer({ min: 2, max: 300 }), (points, most) => {
        const thin = thinSeries(points, range, { most, gapAfter: 1000 });
        expect(thin.length).toBeLessThanOrEqual(most);
        const given = points.flatMap((point) => (point.value === null ? [] : [point.value]));
        const kept = thin.flatMap((point) => [point.min, point.max, point.value].filter((value) => value !== null));
        if (given.length > 0) {
          expect(Math.min(...kept)).toBe(Math.min(...given));
          expect(Math.max(...kept)).toBe(Math.max(...given));
        } else expect(kept).toEqual([]);
        expect(thin.every((point, index) => index === 0 || point.at >= (thin[index - 1]?.at ?? 0))).toBe(true);
      }),
    );
  });

  it('[CH3] a silence is a gap, not a line and not a zero', () => {
    const thin = thinSeries(
      [
        { at: 0, value: 5 },
        { at: 10, value: 6 },
        { at: 900_000, value: 7 },
      ],
      range,
      { gapAfter: 20_000 },
    );
    expect(thin.map((point) => point.value)).toEqual([5, 6, null, 7]);
    expect(
      thinSeries(
        [
          { at: 0, value: 5 },
          { at: 10, value: null },
          { at: 20, value: 7 },
        ],
        range,
      ).map((point) => point.value),
    ).toEqual([5, null, 7]);
  });

  it('leaves out what is outside of the range', () => {
    expect(
      thinSeries(
        [
          { at: -1, value: 5 },
          { at: 2_000_000, value: 6 },
        ],
        range,
      ),
    ).toEqual([]);
  });

  it('[CH5] a spark line has a null where nothing was sampled', () => {
    expect(
      sparkOf(
        [
          { at: 0, value: 1 },
          { at: 10, value: 2 },
          { at: 999_999, value: 3 },
        ],
        range,
      ),
    ).toEqual([2, null, 3]);
    expect(sparkOf([], range)).toEqual([]);
  });
});
