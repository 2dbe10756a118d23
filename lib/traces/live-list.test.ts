import { describe, expect, it } from 'vitest';
import type { TraceSummary } from '@/lib/contract/traces';
import { giveUpAbove, liveList, MOST_FOLLOWED, NOTHING_FOLLOWED, takeIn } from './live-list';

const trace = (traceId: string, events = 1, last = 0): TraceSummary => ({
  traceId,
  title: null,
  first: 0,
  last,
  events,
  errors: 0,
  services: [],
  brokers: [],
  businessKeys: [],
});
const ids = (traces: readonly TraceSummary[]) => traces.map(({ traceId, events }) => `${traceId}${events}`);
const page = (traces: readonly TraceSummary[], next: string | null = 'further') => ({ traces, next });

describe('a live list', () => {
  it('[Q26] gives rows their newer numbers in place and only counts what is new', () => {
    const list = liveList([trace('b'), trace('a')], page([trace('c'), trace('a', 5), trace('b')]));
    expect(ids(list.traces)).toEqual(['b1', 'a5']);
    expect(list).toMatchObject({ news: 1, more: false, letGo: 0 });
  });

  it('[Q26] says when more came than a page holds', () => {
    expect(liveList([trace('a')], page([trace('c'), trace('d')])).more).toBe(true);
    // A short page is all there is: what was on the list is out of the range by now.
    expect(liveList([trace('a')], page([trace('c')], null)).more).toBe(false);
    expect(liveList([], page([trace('c')])).more).toBe(false);
    expect(liveList([trace('a')], null)).toMatchObject({ news: 0, more: false });
  });
});

describe('a list that follows', () => {
  const shown = [trace('b', 1, 20), trace('a', 1, 10)];

  it('[Q26] puts new rows on top and keeps those that no page has any more', () => {
    const once = takeIn(NOTHING_FOLLOWED, shown, page([trace('c', 1, 30), trace('b', 2, 20)]));
    const newest = page([trace('d', 1, 40), trace('c', 2, 31)]);
    const twice = takeIn(once, shown, newest);
    expect(ids(liveList(shown, newest, twice).traces)).toEqual(['d1', 'c2', 'b1', 'a1']);
    expect(liveList(shown, newest, twice)).toMatchObject({ news: 0, letGo: 0 });
    expect(twice.leftOut).toBeNull();
    expect(takeIn(twice, shown, newest)).toBe(twice);
  });

  it('[Q26] says between which moments it left something out', () => {
    const once = takeIn(NOTHING_FOLLOWED, shown, page([trace('d', 1, 40), trace('c', 1, 30)]));
    expect(once.leftOut).toEqual({ from: 20, to: 30 });
    expect(takeIn(once, shown, page([trace('f', 1, 60), trace('e', 1, 50)])).leftOut).toEqual({ from: 20, to: 50 });
    expect(takeIn(NOTHING_FOLLOWED, shown, page([trace('c', 1, 30)], null)).leftOut).toBeNull();
  });

  it('[Q26] holds so many rows and says how many of the oldest it let go', () => {
    const many = Array.from({ length: MOST_FOLLOWED }, (_, i) => trace(`t${i}`));
    const followed = takeIn(NOTHING_FOLLOWED, many, page([trace('new'), trace('t0')]));
    const list = liveList(many, null, followed);
    expect(list.traces).toHaveLength(MOST_FOLLOWED);
    expect(list.letGo).toBe(1);
    const full = takeIn(followed, many, page(Array.from({ length: MOST_FOLLOWED + 5 }, (_, i) => trace(`u${i}`))));
    expect(full.arrived).toHaveLength(MOST_FOLLOWED);
    expect(liveList(many, null, full).letGo).toBe(MOST_FOLLOWED + 6);
  });

  it('[Q26] shows nothing above the row where one reads, and counts it', () => {
    const followed = takeIn(NOTHING_FOLLOWED, shown, page([trace('d'), trace('c'), trace('b')]));
    expect(ids(liveList(shown, null, followed, 'b').traces)).toEqual(['b1', 'a1']);
    expect(liveList(shown, null, followed, 'b').news).toBe(2);
    expect(ids(liveList(shown, null, followed, 'c').traces)).toEqual(['c1', 'b1', 'a1']);
  });

  it('[Q26] keeps what is there when it follows no more; what waited above is new again', () => {
    const newest = page([trace('d'), trace('c'), trace('b')]);
    const followed = takeIn(NOTHING_FOLLOWED, shown, newest);
    const ended = giveUpAbove(followed, 'c');
    expect(ids(liveList(shown, newest, ended).traces)).toEqual(['c1', 'b1', 'a1']);
    expect(liveList(shown, newest, ended).news).toBe(1);
    expect(giveUpAbove(followed, null)).toEqual(followed);
    expect(giveUpAbove(followed, 'b').arrived).toEqual([]);
  });
});
