import { describe, expect, it } from 'vitest';
import { isLiteral, matcherOf } from './name-pattern';

describe('name patterns', () => {
  it('takes * as any run and ? as one character', () => {
    const matches = matcherOf(['shop.*', 'order-?']);
    expect(['shop.', 'shop.orders', 'order-1'].filter(matches)).toEqual(['shop.', 'shop.orders', 'order-1']);
    expect(['shopXorders', 'order-12', 'order-', 'my.shop.x'].filter(matches)).toEqual([]);
  });

  it('takes every other character for itself', () => {
    expect(matcherOf(['a+b.c(d)[e]'])('a+b.c(d)[e]')).toBe(true);
    expect(matcherOf(['a.c'])('abc')).toBe(false);
  });

  it('matches nothing without a pattern', () => {
    expect(matcherOf([])('anything')).toBe(false);
  });

  it('knows a plain name from a pattern', () => {
    expect(['__consumer_offsets', 'a*', 'b?'].map(isLiteral)).toEqual([true, false, false]);
  });
});
