import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { EdgeShape } from '@/components/topology/edge-geometry';
import { wayLabels } from './way-labels';

const endsAt = (x: number, y: number, heading: 'left' | 'right' = 'right'): EdgeShape => ({
  path: '',
  points: new Float32Array([0, 0, x, y]),
  length: 1,
  label: { x: x + 6, y, anchor: 'start' },
  heading,
});

it('[TG4] the numbers of the lines that arrive at one place do not cover each other', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 100, max: 130 }), { minLength: 1, maxLength: 12 }), (heights) => {
      const labels = [...wayLabels(heights.map((y, at) => ({ id: `e${at}`, to: 'place', shape: endsAt(200, y) }))).values()];
      expect(labels).toHaveLength(heights.length);
      for (const [at, a] of labels.entries())
        for (const b of labels.slice(at + 1)) expect(Math.abs(a.y - b.y) >= 14 || Math.abs(a.x - b.x) >= 40).toBe(true);
    }),
  );
});

it('[TG4] one line alone has its number on it, one that runs back where it turns', () => {
  const labels = wayLabels([
    { id: 'alone', to: 'a', shape: endsAt(200, 50) },
    { id: 'back', to: 'a', shape: endsAt(300, 80, 'left') },
  ]);
  expect(labels.get('alone')).toEqual({ x: 193, y: 50, anchor: 'end' });
  expect(labels.get('back')).toEqual({ x: 306, y: 76, anchor: 'start' });
});
