import { expect, it } from 'vitest';
import { chartPicture } from './chart-picture';

const points = (...values: (number | null)[]) => values.map((value, index) => ({ at: index * 10, value, min: value, max: value }));

it('[CP1] keeps a silence a hole: neither 0 nor a line across', () => {
  const picture = chartPicture([{ name: 'lag', unit: 'events', points: points(1, null, null, 4, null) }]);
  expect(picture.steps.map((step) => step.v0)).toEqual([1, null, null, 4, null]);
  expect(picture.holes).toEqual([
    { from: 0, to: 30 },
    { from: 30, to: 40 },
  ]);
});

it('[CP2] puts series of different moments on one axis and says the newest in words', () => {
  const picture = chartPicture([
    { name: 'in', unit: '/s', points: points(5, 2) },
    { name: 'out', unit: '/s', points: [{ at: 5, value: 3, min: 1, max: 4 }] },
  ]);
  expect(picture.steps).toEqual([
    { at: 0, v0: 5, b0: null },
    { at: 5, v1: 3, b1: [1, 4] },
    { at: 10, v0: 2, b0: null },
  ]);
  expect(picture.words(String)).toBe('newest 2, lowest 2, highest 5');
  expect(chartPicture([]).words(String)).toBe('no samples');
});
