import { describe, expect, it } from 'vitest';
import {
  formatAge,
  formatAxisTime,
  formatBytes,
  formatCount,
  formatCountdown,
  formatDuration,
  formatIso,
  formatRate,
  formatShare,
  formatTime,
} from './format';

const plain = (text: string) => text.replaceAll('\u202f', ' ');
const at = (iso: string) => Date.parse(iso) * 1000;

describe('numbers and times', () => {
  it.each([
    [0, '0'],
    [1204, '1,204'],
    [999_999, '999,999'],
    [1_240_000, '1.2 M'],
    [2_400_000_000, '2.4 G'],
    [-12_345, '-12,345'],
    [null, 'unknown'],
    [Number.NaN, 'unknown'],
  ])('[TI11] writes the count %s as %s', (value, text) => expect(plain(formatCount(value))).toBe(text));

  it.each([
    [0, '0/s'],
    [0.001, '< 0.01/s'],
    [0.22, '0.22/s'],
    [1.824, '1.82/s'],
    [14.16, '14.2/s'],
    [31, '31.0/s'],
    [99.97, '100/s'],
    [112.4, '112/s'],
    [50_123, '50,123/s'],
    [null, 'unknown'],
  ])('[TI12] writes the rate %s with three figures as %s', (value, text) => expect(plain(formatRate(value))).toBe(text));

  it.each([
    [0, '0 %'],
    [0.0004, '< 0.1 %'],
    [0.124, '12.4 %'],
    [0.9999, '> 99.9 %'],
    [1, '100 %'],
    [null, 'unknown'],
  ])('[TI13] writes the share %s as %s', (value, text) => expect(plain(formatShare(value))).toBe(text));

  it.each([
    [0, '0 ms'],
    [0.2, '< 1 ms'],
    [412, '412 ms'],
    [999.7, '1.00 s'],
    [2410, '2.41 s'],
    [37_600, '37.6 s'],
    [59_960, '1 m 00 s'],
    [87_000, '1 m 27 s'],
    [3_599_600, '1 h 00 min'],
    [7_440_000, '2 h 04 min'],
    [266_400_000, '3 d 2 h'],
    [-412, '−412 ms'],
    [null, 'unknown'],
  ])('[TI14] writes the duration %s ms as %s', (value, text) => expect(plain(formatDuration(value))).toBe(text));

  it('[TI14] says min in sentences', () => {
    expect(plain(formatDuration(505_000, 'sentence'))).toBe('8 min 25 s');
  });

  it('[TI15] counts down, and up once it is over', () => {
    expect(formatCountdown(83_000)).toBe('01:23');
    expect(formatCountdown(3_723_000)).toBe('1:02:03');
    expect(formatCountdown(-5000)).toBe('+00:05');
  });

  it('[TI16] writes times of today as a clock, of another day with the date', () => {
    const then = at('2026-11-21T02:14:36.912Z') + 345;
    const zone = 'utc';
    expect(formatTime(then, { zone })).toBe('02:14:36.912');
    expect(formatTime(then, { zone, precision: 'micros' })).toBe('02:14:36.912345');
    expect(formatTime(then, { zone, precision: 'seconds', now: at('2026-11-21T23:00:00Z') })).toBe('02:14:36');
    expect(formatAxisTime(at('2026-11-19T22:03:00Z'), { zone, now: then })).toBe('19 Nov, 22:03');
    expect(formatAxisTime(at('2025-11-19T22:03:00Z'), { zone, now: then })).toBe('19 Nov 2025, 22:03');
  });

  it('[TI17] copies as ISO 8601 with zone and every microsecond', () => {
    expect(formatIso(at('2026-11-21T02:14:36.912Z') + 345)).toBe('2026-11-21T02:14:36.912345Z');
    expect(formatIso(at('2026-11-21T02:14:36.912Z'))).toBe('2026-11-21T02:14:36.912Z');
  });

  it('[TI18] says ages and sizes', () => {
    expect(plain(formatAge(21_400))).toBe('21 s ago');
    expect(formatAge(400)).toBe('now');
    expect(plain(formatAge(505_000))).toBe('8 min 25 s ago');
    expect(plain(formatBytes(612))).toBe('612 B');
    expect(plain(formatBytes(48_400))).toBe('48.4 kB');
    expect(formatBytes(null)).toBe('unknown');
  });
});
