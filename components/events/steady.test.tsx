import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useAtMost } from './use-at-most';
import { readPlacePath, writePlacePath } from './use-place';
import { inSteadyOrder, useSteadyOrder } from './use-steady-order';

const keyOf = (row: { id: string }) => row.id;
const rows = (...ids: string[]) => ids.map((id) => ({ id }));

describe('rows that change', () => {
  it('[SO1] keep their places; newcomers stand at the end and what went is gone', () => {
    expect(inSteadyOrder(['a', 'b', 'c'], rows('c', 'new', 'a'), keyOf).map(keyOf)).toEqual(['a', 'c', 'new']);
  });

  it('[SO2] say that they would stand differently, and do so when asked or when the sort changes', () => {
    const { result, rerender } = renderHook(({ sorted, of }) => useSteadyOrder(sorted, keyOf, of), {
      initialProps: { sorted: rows('a', 'b'), of: 'worst' },
    });
    expect(result.current.moved).toBe(false);
    rerender({ sorted: rows('b', 'a'), of: 'worst' });
    expect(result.current.rows.map(keyOf)).toEqual(['a', 'b']);
    expect(result.current.moved).toBe(true);
    act(() => result.current.sortAgain());
    expect(result.current.rows.map(keyOf)).toEqual(['b', 'a']);
    rerender({ sorted: rows('a', 'b'), of: 'name' });
    expect(result.current.rows.map(keyOf)).toEqual(['a', 'b']);
  });
});

describe('what is asked again at most so often', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('[SO3] runs at once, then once more for all that came meanwhile', () => {
    const action = vi.fn();
    const { result } = renderHook(() => useAtMost(action, 1_000));
    for (let call = 0; call < 5; call += 1) result.current();
    expect(action).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000);
    expect(action).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(5_000);
    expect(action).toHaveBeenCalledTimes(2);
  });

  it('does not run after the part is gone', () => {
    const action = vi.fn();
    const { result, unmount } = renderHook(() => useAtMost(action, 1_000));
    result.current();
    result.current();
    unmount();
    vi.advanceTimersByTime(5_000);
    expect(action).toHaveBeenCalledTimes(1);
  });
});

it('[SO4] a place in the path is read as it was written, also with slashes and marks in its name', () => {
  const place = { broker: 'shop', inbox: 'a/b@c %41?x#y' };
  expect(readPlacePath(writePlacePath(place, '/lag'), '/lag')).toEqual(place);
  expect(readPlacePath('/lag', '/lag')).toBeNull();
  expect(readPlacePath('/lagging/a/b', '/lag')).toBeNull();
  expect(readPlacePath('/queues/a/%E0%A4%A', '/queues')).toEqual({ broker: 'a', inbox: '%E0%A4%A' });
});
