import { describe, expect, it } from 'vitest';
import type { TraceSummary } from '@/lib/contract/traces';
import { liveList, MOST_FOLLOWED } from './live-list';

const trace = (traceId: string, events = 1): TraceSummary => ({
  traceId,
  title: null,
  first: 0,
  last: 0,
  events,
  errors: 0,
  services: [],
  brokers: [],
  businessKeys: [],
});
const ids = (traces: readonly TraceSummary[]) => traces.map(({ traceId, events }) => `${traceId}${events}`);

describe('a live list', () => {
  it('[Q26] gives rows their newer numbers in place and only counts what is new', () => {
    const list = liveList([trace('b'), trace('a')], [trace('c'), trace('a', 5), trace('b')], false);
    expect(ids(list.traces)).toEqual(['b1', 'a5']);
    expect(list).toMatchObject({ news: 1, more: false });
  });

  it('[Q26] puts new rows on top when it follows, within its limit', () => {
    expect(ids(liveList([trace('a')], [trace('c'), trace('a')], true).traces)).toEqual(['c1', 'a1']);
    const many = Array.from({ length: MOST_FOLLOWED }, (_, i) => trace(`t${i}`));
    expect(liveList(many, [trace('new'), trace('t0')], true).traces).toHaveLength(MOST_FOLLOWED);
  });

  it('[Q26] says when more came than a page holds', () => {
    expect(liveList([trace('a')], [trace('c'), trace('d')], true).more).toBe(true);
    expect(liveList([], [trace('c')], true).more).toBe(false);
    expect(liveList([trace('a')], null, true)).toMatchObject({ news: 0, more: false });
  });
});
