import { describe, expect, it } from 'vitest';
import { LAST_15_MINUTES } from '@/lib/time/range';
import { absoluteLink } from '@/components/ui/copy-link';
import { keepView, readBrokersUrl, readRangeUrl, writeBrokersUrl, writeRangeUrl, writeText } from './url-state';

describe('links', () => {
  it('[UR1] reads what it wrote, and the default leaves no trace', () => {
    const empty = new URLSearchParams();
    expect(writeRangeUrl(empty, LAST_15_MINUTES).toString()).toBe('');
    for (const range of [
      { from: { kind: 'ago', ms: 3_600_000 }, to: { kind: 'ago', ms: 0 } },
      { from: { kind: 'at', at: 1_700_000_000_000_000 }, to: { kind: 'at', at: 1_700_000_600_000_000 } },
    ] as const) {
      expect(readRangeUrl(writeRangeUrl(empty, range))).toEqual(range);
    }
    expect(readBrokersUrl(writeBrokersUrl(empty, ['a', 'b']))).toEqual(['a', 'b']);
    expect(readBrokersUrl(writeBrokersUrl(empty, null))).toBeNull();
    expect(writeText(new URLSearchParams('sel=x&q=1'), 'sel', null).toString()).toBe('q=1');
  });

  it('[UR1] takes what it cannot understand for the default', () => {
    expect(readRangeUrl(new URLSearchParams('from=tomorrow&to=<script>'))).toEqual(LAST_15_MINUTES);
    expect(readBrokersUrl(new URLSearchParams('brokers=,,'))).toBeNull();
  });

  it('[UR2] keeps range and brokers on the way to another screen, nothing else', () => {
    const here = new URLSearchParams('from=-6h&brokers=a&sel=x&q=y');
    expect(keepView(here, '/lag')).toBe('/lag?from=-6h&brokers=a');
    expect(keepView(here, '/traces?from=-1h')).toBe('/traces?from=-1h&brokers=a');
    expect(keepView(new URLSearchParams('sel=x'), '/lag')).toBe('/lag');
  });

  it('[UR3] makes times absolute when a link is copied', () => {
    const url = new URL(absoluteLink('http://localhost:4600/lag?sel=a', Date.UTC(2026, 0, 2, 3, 4, 5)));
    expect(url.searchParams.get('from')).toBe('2026-01-02T02:49:05.000Z');
    expect(url.searchParams.get('to')).toBe('2026-01-02T03:04:05.000Z');
    expect(url.searchParams.get('sel')).toBe('a');
  });
});
