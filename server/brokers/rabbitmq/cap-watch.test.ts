import { describe, expect, it } from 'vitest';
import { CapWatch } from './cap-watch';

const numbers = (published: number | null, acked: number, depth: number, readyBytes = 0) => ({ published, acked, depth, readyBytes });

describe('what the cap dropped', () => {
  it('[R14] is counted once the numbers rest', () => {
    const watch = new CapWatch(1000, 10);
    expect(watch.look(numbers(0, 0, 0), 0)).toBeNull();
    expect(watch.look(numbers(100, 0, 60, 1000), 5)).toBeNull();
    expect(watch.isFull).toBe(true);
    expect(watch.look(numbers(100, 60, 0), 10)).toBeNull();
    expect(watch.look(numbers(100, 60, 0), 15)).toBeNull();
    expect(watch.look(numbers(100, 60, 0), 20)).toEqual({ count: 40 });
    expect(watch.look(numbers(100, 60, 0), 40)).toBeNull();
  });

  it('[R14] nothing dropped, nothing said; a restart of the node is no loss', () => {
    const watch = new CapWatch(1000, 10);
    watch.look(numbers(0, 0, 0), 0);
    watch.look(numbers(50, 50, 0), 5);
    expect(watch.look(numbers(50, 50, 0), 20)).toBeNull();
    expect(watch.look(numbers(3, 53, 0), 30)).toBeNull();
    expect(watch.look(numbers(3, 53, 0), 50)).toBeNull();
  });

  it('[R14] without statistics the gap has no number', () => {
    const watch = new CapWatch(1000, 10);
    expect(watch.look(numbers(null, 0, 90, 950), 0)).toBeNull();
    expect(watch.look(numbers(null, 90, 0, 0), 70_000)).toEqual({ count: null });
    expect(watch.look(numbers(null, 90, 0, 0), 80_000)).toBeNull();
  });
});
