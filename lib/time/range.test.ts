import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endsNow, LAST_15_MINUTES, readRange, resolveRange, writeRange } from './range';
import type { AskedRange, Moment } from './range';

const NOW = 1_790_000_000_000_000;

const moment: fc.Arbitrary<Moment> = fc.oneof(
  fc.integer({ min: 0, max: 999_999 }).map((seconds) => ({ kind: 'ago', ms: seconds * 1000 }) as const),
  fc.integer({ min: 1e14, max: Number.MAX_SAFE_INTEGER - 1 }).map((at) => ({ kind: 'at', at }) as const),
);

describe('a time range in a link', () => {
  it('[TI1] what was written is read back the same', () => {
    fc.assert(
      fc.property(moment, moment, (from, to) => {
        const range: AskedRange = { from, to };
        expect(readRange(writeRange(range))).toEqual(range);
      }),
    );
  });

  it('[TI2] understands microseconds, ISO 8601 and a moment ago', () => {
    expect(readRange({ from: '1790000000000001' })).toEqual({
      from: { kind: 'at', at: 1_790_000_000_000_001 },
      to: { kind: 'ago', ms: 0 },
    });
    expect(readRange({ from: '2026-11-21T02:14:36.912Z', to: '2026-11-21T04:14:36.912+01:00' })).toEqual({
      from: { kind: 'at', at: 1_795_227_276_912_000 },
      to: { kind: 'at', at: 1_795_230_876_912_000 },
    });
    expect(readRange({ from: '-2h', to: '-30m' })).toEqual({ from: { kind: 'ago', ms: 7_200_000 }, to: { kind: 'ago', ms: 1_800_000 } });
  });

  it.each(['yesterday', '-5', '12', '--15m', '99999999999999999', '2026-99-99', '-15m; DROP', '__proto__'])(
    '[TI2] says that %s is no range',
    (from) => {
      expect(readRange({ from })).toBe('not-a-range');
    },
  );

  it('[TI3] is the last 15 minutes when nothing is said, and knows that it ends now', () => {
    const range = readRange({});
    expect(range).toEqual(LAST_15_MINUTES);
    expect(endsNow(LAST_15_MINUTES)).toBe(true);
    expect(endsNow({ from: { kind: 'ago', ms: 60_000 }, to: { kind: 'at', at: NOW } })).toBe(false);
  });

  it('[TI4] resolves against the given clock, in order', () => {
    expect(resolveRange(LAST_15_MINUTES, NOW)).toEqual({ from: NOW - 900_000_000, to: NOW });
    expect(resolveRange({ from: { kind: 'ago', ms: 0 }, to: { kind: 'ago', ms: 1000 } }, NOW)).toEqual({ from: NOW - 1_000_000, to: NOW });
  });
});
