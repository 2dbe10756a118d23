import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tickLabel, timelineScale, timelineTicks } from './timeline-scale';

const S = 1_000_000;

describe('the axis of the waterfall', () => {
  it('[TL1] has one scale, from which the long pauses are cut', () => {
    const scale = timelineScale(
      [0, 1, 37, 38, 39, 40, 41, 51, 52, 500].map((s) => s * S),
      { width: 600 },
    );
    expect(scale.cuts.map((cut) => [cut.from / S, cut.to / S])).toEqual([
      [1, 37],
      [41, 51],
      [52, 500],
    ]);
    const perMicro = scale.segments
      .filter((segment) => segment.to > segment.from)
      .map((segment) => (segment.width - 28) / (segment.to - segment.from));
    for (const one of perMicro) expect(one).toBeCloseTo(scale.pixelsPerMicro, 12);
  });

  it('cuts nothing when two moments are all there is', () => {
    const scale = timelineScale([5 * S, 905 * S], { width: 400 });
    expect(scale.cuts).toEqual([]);
    expect(scale.x(5 * S)).toBe(14);
    expect(scale.x(905 * S)).toBeCloseTo(386, 6);
  });

  it('draws a single moment, and no moment at all', () => {
    expect(timelineScale([7 * S], { width: 300 }).x(7 * S)).toBe(14);
    expect(timelineScale([], { width: 300 }).segments).toHaveLength(1);
  });

  const moments = fc.array(fc.integer({ min: 0, max: 9_007_199_254_740 }), { minLength: 1, maxLength: 40 });

  it('[TL2] never runs backwards', () => {
    fc.assert(
      fc.property(moments, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 10 }), (times, shares) => {
        const scale = timelineScale(times, { width: 800 });
        const at = shares.map((share) => scale.from + share * (scale.to - scale.from)).sort((a, b) => a - b);
        const xs = at.map((moment) => scale.x(moment));
        for (let i = 1; i < xs.length; i += 1) expect(xs[i]).toBeGreaterThanOrEqual((xs[i - 1] ?? 0) - 1e-6);
      }),
    );
  });

  it('[TL3] keeps every given moment inside a segment, [TL4] and fills the width', () => {
    fc.assert(
      fc.property(moments, (times) => {
        const scale = timelineScale(times, { width: 800 });
        for (const at of times) {
          expect(scale.segments.some((segment) => at >= segment.from && at <= segment.to)).toBe(true);
          const x = scale.x(at);
          expect(scale.cuts.every((cut) => x <= cut.x || x >= cut.x + cut.width)).toBe(true);
        }
        const filled = [...scale.segments, ...scale.cuts].reduce((sum, span) => sum + span.width, 0);
        expect(filled).toBeCloseTo(800, 3);
      }),
    );
  });
});

describe('its ticks', () => {
  it('stand at least their spacing apart and only where something is drawn', () => {
    const scale = timelineScale([0, 3 * S, 400 * S, 404 * S], { width: 700 });
    const ticks = timelineTicks(scale, 60);
    expect(ticks[0]).toEqual({ at: 0, x: 14 });
    for (const tick of ticks) expect(scale.segments.some((segment) => tick.at >= segment.from && tick.at <= segment.to)).toBe(true);
  });

  it.each([
    [0, '0 s'],
    [250, '250 µs'],
    [120_000, '120 ms'],
    [38 * S, '38 s'],
    [1.5 * S, '1.5 s'],
    [87 * S, '1:27'],
    [503.5 * S, '8:23.5'],
    [7_450 * S, '2:04:10'],
  ])('are written as a person would: %d µs', (offset, text) => expect(tickLabel(offset)).toBe(text));
});
