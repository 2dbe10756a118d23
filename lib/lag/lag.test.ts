import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GroupPoint } from '@/lib/contract/samples';
import { aGroupPoint, lagNoon } from './group-point.fixture';
import { timeLag } from './time-lag';
import { judgeLag, levelOfLag } from './verdict';

/** A sample every ten seconds of 15 minutes. */
const series = (
  committed: (second: number) => number | null,
  end: (second: number) => number,
  given: Partial<GroupPoint> = {},
): GroupPoint[] =>
  Array.from({ length: 91 }, (_, index) => aGroupPoint(index * 10, { ...given, committed: committed(index * 10), end: end(index * 10) }));
const judge = (points: GroupPoint[]) => judgeLag(points, (points.at(-1)?.at ?? lagNoon) + 1e6);

describe('seconds behind', () => {
  it('[LG1] are interpolated between our samples of the end', () => {
    const points = [
      aGroupPoint(0, { committed: 0, end: 100 }),
      aGroupPoint(10, { committed: 0, end: 200 }),
      aGroupPoint(20, { committed: 150, end: 300 }),
    ];
    expect(timeLag(points)).toEqual({ behindMs: 15_000, isAtLeast: false });
  });

  it('[LG1] the worst partition counts', () => {
    const partition = (number: number, end: number, lag: number) => ({
      partition: number,
      committed: end - lag,
      logStart: 0,
      end,
      lastStable: end,
      lag,
    });
    const points = [0, 10, 20].map((second) =>
      aGroupPoint(second, {
        committed: 0,
        end: 10 * second,
        lag: 60,
        partitions: [partition(0, 5 * second, second === 20 ? 60 : 0), partition(1, 5 * second, second === 20 ? 50 : 0)],
      }),
    );
    expect(timeLag(points)).toEqual({ behindMs: 12_000, isAtLeast: false });
  });

  it('[LG2] are never extrapolated beyond the first sample', () => {
    expect(timeLag([aGroupPoint(0, { committed: 5, end: 100 }), aGroupPoint(30, { committed: 5, end: 200 })])).toEqual({
      behindMs: 30_000,
      isAtLeast: true,
    });
  });

  it('[LG3] [LG4] nothing waiting is zero, nothing committed is unknown', () => {
    expect(timeLag([aGroupPoint(0, { committed: 9, end: 9 })])).toEqual({ behindMs: 0, isAtLeast: false });
    expect(timeLag([aGroupPoint(0, { committed: null, end: 9 })])).toEqual({ behindMs: null, isAtLeast: false });
    expect(timeLag([])).toEqual({ behindMs: null, isAtLeast: false });
  });

  it('[LG5] grow with the lag and are never negative', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 3, maxLength: 30 }), fc.nat(1500), fc.nat(1500), (steps, one, other) => {
        let end = 0;
        const ends = steps.map((step) => (end += step));
        const behind = (committed: number) =>
          timeLag(ends.map((value, index) => aGroupPoint(index, { committed: Math.min(committed, end), end: value }))).behindMs ?? 0;
        expect(behind(Math.min(one, other))).toBeGreaterThanOrEqual(behind(Math.max(one, other)));
        expect(behind(one)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('the verdict on a group', () => {
  it('[LG10] without a sample, or with an old one, is unknown and says so', () => {
    expect(judgeLag([], lagNoon).verdict).toBe('unknown');
    const old = judgeLag([aGroupPoint(0, { committed: 1, end: 5 })], lagNoon + 600e6);
    expect(old).toMatchObject({ verdict: 'unknown', behindMs: null });
    expect(old.because.replaceAll('\u202f', ' ')).toBe('No sample for 10 min 00 s.');
  });

  it('[LG11] without a committed offset is "no offset", never lag 0', () => {
    expect(
      judge(
        series(
          () => null,
          () => 900,
        ),
      ),
    ).toMatchObject({ verdict: 'no-offset', behindMs: null });
  });

  it('[LG12] without members says so, and is loud only while something waits', () => {
    expect(
      judge(
        series(
          () => 5,
          () => 9,
          { members: 0, state: 'empty' },
        ),
      ).verdict,
    ).toBe('no-members');
    expect(levelOfLag('no-members', 4)).toBe('bad');
    expect(levelOfLag('no-members', 0)).toBe('off');
  });

  it('[LG13] sees an offset that was set back, until it is there again', () => {
    expect(
      judge(
        series(
          (s) => (s < 800 ? s * 10 : s),
          (s) => s * 10,
        ),
      ).verdict,
    ).toBe('rewound');
    expect(
      judge(
        series(
          (s) => (s < 100 ? s * 10 : s === 100 ? 0 : s * 10),
          (s) => s * 10,
        ),
      ).verdict,
    ).toBe('caught-up');
  });

  it('[LG14] is caught up when nothing waits, or only a transaction marker', () => {
    expect(
      judge(
        series(
          (s) => s,
          (s) => s,
        ),
      ).verdict,
    ).toBe('caught-up');
    expect(
      judge(
        series(
          () => 99,
          () => 100,
          { stableLag: 0 },
        ),
      ).verdict,
    ).toBe('caught-up');
  });

  it('[LG15] tells stopped (never moved while we looked) from stalled (moved before)', () => {
    expect(
      judge(
        series(
          () => 5,
          (s) => 5 + s,
        ),
      ).verdict,
    ).toBe('stopped');
    expect(
      judge(
        series(
          (s) => Math.min(s, 700),
          (s) => s,
        ),
      ).verdict,
    ).toBe('stalled');
  });

  it('[LG16] work in hand is not lag', () => {
    expect(
      judge(
        series(
          (s) => s * 100 - 150,
          (s) => s * 100,
        ),
      ).verdict,
    ).toBe('caught-up');
  });

  it('[LG17] falls behind while the lag grows, or stays large; catches up while it shrinks, with a time to clear', () => {
    expect(
      judge(
        series(
          (s) => s * 5,
          (s) => s * 10,
        ),
      ),
    ).toMatchObject({ verdict: 'falling-behind', clearInMs: null });
    expect(
      judge(
        series(
          (s) => s * 10,
          (s) => 600 + s * 10,
        ),
      ).verdict,
    ).toBe('falling-behind');
    const shrinking = judge(
      series(
        (s) => s * 20,
        (s) => 20_000 + s * 10,
      ),
    );
    expect(shrinking.verdict).toBe('catching-up');
    expect(shrinking.clearInMs).toBeCloseTo(1_100_000, -3);
    expect(shrinking).toMatchObject({ consumeRate: 20, produceRate: 10, trend: -10 });
  });

  it('[LG18] calls a group with lag that once was at zero and now grows what it is (Burrow says OK)', () => {
    expect(
      judge(
        series(
          (s) => (s < 300 ? s * 100 : 30_000 + (s - 300) * 10),
          (s) => s * 100,
        ),
      ).verdict,
    ).toBe('falling-behind');
  });

  it('says its inputs with their window', () => {
    expect(
      judge(
        series(
          (s) => s * 5,
          (s) => s * 10,
        ),
      ).because.replaceAll('\u202f', ' '),
    ).toBe('4,500 events wait; 5.00/s taken, 10.0/s published (2 min 00 s): it grows.');
  });
});
