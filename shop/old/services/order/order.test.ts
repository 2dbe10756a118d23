import { describe, expect, it } from 'vitest';
import { nextState } from './order';

describe('an order', () => {
  it('given a placed order, when it was paid, then it is completed; a second payment changes nothing', () => {
    expect(nextState('placed', 'paid')).toBe('completed');
    expect(nextState('completed', 'paid')).toBeNull();
  });

  it('given a completed order, when a failure comes late, then it stays completed', () => {
    expect(nextState('completed', 'failed')).toBeNull();
    expect(nextState('placed', 'failed')).toBe('cancelled');
  });
});
