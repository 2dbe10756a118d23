import { describe, expect, it } from 'vitest';
import { initialFeed } from '@/components/live/live-feed';
import type { TapCard } from '@/lib/contract/taps';
import { headlineOf } from '@/components/settings/first-run';
import { gapWords } from '@/components/settings/taps-screen';
import { tapState } from '@/components/settings/use-taps';
import { rangeTitle } from './bar';
import { ageWords } from './feed-age';
import { isOn, screens } from './screens';
import { themeScript } from './theme-script';
import { countTrouble } from './use-trouble';

const feed = { behindMs: 400, newestAt: 1_000_000, collector: 'present', store: 'ready', rate: 12 } as const;
const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('ageWords', () => {
  it('says live, paused, behind, disconnected and stale, each with its own shape', () => {
    const say = (over: Partial<Parameters<typeof ageWords>[0]>, now = 1_000_400) => {
      const words = ageWords({ ...initialFeed, frameAt: now, feed, status: 'live', ...over }, now);
      return `${words.lamp}: ${plain(words.text)}`;
    };
    expect(say({})).toBe('ok: 400 ms behind');
    expect(say({ status: 'paused', pausedAt: 962_400, waiting: 412 })).toBe('paused: Paused 00:38');
    expect(say({ status: 'behind', feed: { ...feed, behindMs: 12_000 } })).toBe('warn: 12.0 s behind');
    expect(say({ status: 'disconnected', lostAt: 993_400 })).toBe('warn: no link 00:07');
    expect(say({ status: 'stale', lostAt: 920_400 })).toBe('stale: Stale 01:20');
    expect(say({ status: 'behind', feed: { ...feed, collector: 'gone' } })).toBe('bad: collector gone');
    expect(say({ status: 'behind', feed: { ...feed, store: 'down' } })).toBe('bad: store down');
    expect(say({ status: 'behind', frameAt: 990_400 })).toBe('warn: no news 00:10');
    expect(say({ feed: { ...feed, behindMs: null } })).toBe('idle: no events yet');
    expect(say({ feed: { ...feed, rate: 0 } }, 1_021_000)).toBe('ok: quiet 00:21');
  });
});

const tap = (over: Partial<TapCard>): TapCard => ({
  tap: 'k',
  broker: 'k',
  system: 'kafka',
  inProcess: false,
  status: 'live',
  problem: null,
  since: 0,
  nextTryAt: null,
  channels: [],
  notes: [],
  rate: 1,
  behindMs: 10,
  stored: 1,
  gaps: [],
  pictureAt: null,
  product: null,
  missing: [],
  ...over,
});

describe('countTrouble', () => {
  it('counts only what needs a look, under the screen it leads to, with the worst level', () => {
    const counts = countTrouble(
      [
        { level: 'warn', text: '', detail: '', href: '/lag/k/a?x=1' },
        { level: 'bad', text: '', detail: '', href: '/lag/k/b' },
        { level: 'warn', text: '', detail: '', href: '/dead-letters?group=a' },
      ],
      [tap({}), tap({ status: 'failed' })],
    );
    expect(counts.get('/lag')).toEqual({ count: 2, level: 'bad' });
    expect(counts.get('/dead-letters')).toEqual({ count: 1, level: 'warn' });
    expect(counts.get('/settings')).toEqual({ count: 1, level: 'bad' });
    expect(counts.has('/traces')).toBe(false);
  });
});

describe('taps in words', () => {
  it('tells listening, catching up, trouble and failure apart', () => {
    const problem = { code: 'x', text: 'x', cure: 'x', command: null };
    expect(tapState(tap({}))).toEqual(['ok', 'listening']);
    expect(tapState(tap({ behindMs: 12_000 }))).toEqual(['warn', 'catching up']);
    expect(tapState(tap({ problem }))).toEqual(['warn', 'listening in part']);
    expect(tapState(tap({ status: 'failed' }))[0]).toBe('stop');
    expect(tapState(tap({ status: 'paused' }))[0]).toBe('paused');
  });

  it('never makes an unknown count a zero', () => {
    expect(gapWords(1, 41, false)).toBe('1 gap, 41 events not seen');
    expect(gapWords(2, 41, true)).toBe('2 gaps, at least 41 events not seen');
    expect(gapWords(1, 0, true)).toBe('1 gap, count of events not seen unknown');
  });

  it('opens with what is the case', () => {
    expect(headlineOf([], 0)).toBe('No broker is connected yet.');
    expect(headlineOf([tap({})], 0)).toBe('Connected. Waiting for the first event.');
    expect(headlineOf([tap({}), tap({})], 1)).toBe('Connected in part. Waiting for the first event.');
    expect(headlineOf([tap({ status: 'failed' })], 1)).toBe('No broker can be read yet.');
  });
});

describe('the bar', () => {
  it('names a range by its words or its moments', () => {
    const now = Date.UTC(2026, 0, 2, 3, 0, 0);
    expect(rangeTitle({ from: { kind: 'ago', ms: 900_000 }, to: { kind: 'ago', ms: 0 } }, 'utc', now)).toBe('Last 15 min');
    expect(rangeTitle({ from: { kind: 'at', at: (now - 3_600_000) * 1000 }, to: { kind: 'at', at: now * 1000 } }, 'utc', now)).toBe(
      '02:00 to 03:00',
    );
    expect(rangeTitle({ from: { kind: 'ago', ms: 7_200_000 }, to: { kind: 'ago', ms: 0 } }, 'utc', now)).toBe('01:00 to now');
  });

  it('marks the screen one is on', () => {
    const lag = screens.find((each) => each.href === '/lag');
    expect(lag && isOn(lag, '/lag/k/t%40g')).toBe(true);
    expect(screens[0] && isOn(screens[0], '/lag')).toBe(false);
  });

  it('sets the theme before the first paint, also when storage is broken', () => {
    localStorage.setItem('eventyard.preferences', '{"theme":"dark"}');
    new Function('document', themeScript)({ currentScript: { nonce: 'n' }, documentElement: document.documentElement });
    expect(document.documentElement.dataset.theme).toBe('dark');
    localStorage.setItem('eventyard.preferences', 'not json');
    new Function('document', themeScript)({ currentScript: { nonce: 'n' }, documentElement: document.documentElement });
    expect(['light', 'dark']).toContain(document.documentElement.dataset.theme);
  });
});
