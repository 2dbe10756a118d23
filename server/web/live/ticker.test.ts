import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Ticker } from './ticker';

describe('the pace of frames', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  /** A clock of our own; a tick takes `cost` ms of it. News comes every 10 ms while it is fed. */
  function aTicker(cost = 0) {
    let now = 0;
    const ticks: number[] = [];
    const ticker = new Ticker(
      () => {
        ticks.push(now);
        now += cost;
      },
      () => now,
    );
    const pass = (ms: number): void => {
      now += ms;
      vi.advanceTimersByTime(ms);
    };
    return {
      ticker,
      ticks,
      pass,
      feed: (forMs: number) => {
        for (const end = now + forMs; now < end;) {
          ticker.wake();
          pass(10);
        }
      },
    };
  }
  const distances = (ticks: readonly number[]): number[] => ticks.slice(1).map((at, index) => at - (ticks[index] ?? 0));

  it('[V3] the first news after quiet goes at once, then one tick in 25 ms', () => {
    const { ticker, ticks, pass, feed } = aTicker();
    ticker.wake();
    pass(0);
    expect(ticks).toEqual([0]);
    pass(500);
    ticker.wake();
    pass(0);
    expect(ticks).toEqual([0, 500]);
    feed(1_000);
    expect(Math.min(...distances(ticks))).toBeGreaterThanOrEqual(25);
    expect(Math.max(...distances(ticks.slice(1)))).toBeLessThanOrEqual(40);
  });

  it('[V3] dear ticks stretch, at most to 250 ms, and go back slowly', () => {
    const dear = aTicker(30);
    dear.feed(3_000);
    const late = distances(dear.ticks).slice(-5);
    // Clearly slower than 25 ms, and the sum of what a tick costs stays a fifth of the time.
    expect(Math.min(...late)).toBeGreaterThanOrEqual(120);
    expect(Math.max(...late)).toBeLessThanOrEqual(260);
    const dearest = aTicker(200);
    dearest.feed(5_000);
    expect(Math.max(...distances(dearest.ticks).slice(-5))).toBeLessThanOrEqual(460);
  });

  it('[V3] without news there is no tick, and none after the end', () => {
    const { ticker, ticks, pass } = aTicker();
    pass(1_000);
    ticker.wake();
    ticker.stop();
    pass(1_000);
    ticker.wake();
    pass(1_000);
    expect(ticks).toEqual([]);
  });
});
