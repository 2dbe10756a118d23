import { expect, it } from 'vitest';
import { matchScore } from './match-score';

it('[FI1] prefers the whole name, then its beginning, a part, anywhere, and letters in order', () => {
  const scores = ['order', 'orders', 'shop.order', 'reorder', 'o-r-d-e-r'].map((name) => matchScore(name, 'Order'));
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expect(new Set(scores).size).toBe(5);
  expect(matchScore('payment', 'order')).toBe(0);
  expect(matchScore('order-events dlq', 'dlq order')).toBeGreaterThan(0);
  expect(matchScore('order', 'order dlq')).toBe(0);
  expect(matchScore('order', '  ')).toBe(0);
});
