import { describe, expect, it } from 'vitest';
import { aDeadLetter, aFailure, noOrigin } from '@/lib/events/event.fixture';
import { failureGroupOf, messagePatternOf } from './failure-group';

describe('the group of a dead letter', () => {
  it.each([
    ['order 4711 not found', 'order # not found'],
    ['user 3f2a9c1e-0b1c-4d2e-8f3a-5b6c7d8e9f0a is gone', 'user # is gone'],
    ['no sku "AB-12" in \'north\'', 'no sku # in #'],
    ['took 3,000.5 ms at 12:30:01', 'took # ms at #'],
    ['offset deadbeef01', 'offset #'],
    ['a  b\n c', 'a b c'],
    [null, ''],
  ])('%j reads %j', (message, pattern) => expect(messagePatternOf(message)).toBe(pattern));

  it('is the same for one cause in one place and differs between places', () => {
    const died = (message: string, inbox: string): string =>
      failureGroupOf(aDeadLetter({ failure: aFailure({ message, lastOrigin: { ...noOrigin, inbox } }) }));
    expect(died('order 1 not found', 'q')).toBe(died('order 2 not found', 'q'));
    expect(died('order 1 not found', 'q')).not.toBe(died('order 1 not found', 'p'));
  });

  it('has a bounded length however long the message is', () =>
    expect(messagePatternOf('x y '.repeat(100_000)).length).toBeLessThanOrEqual(160));
});
