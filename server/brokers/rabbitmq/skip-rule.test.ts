import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Redelivery, type SkipQuestion, decideSkip, deliveriesNeeded } from './skip-rule';

const printOf = (body: string): number => [...body].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
const message = (body: string, redelivered = true): Redelivery => ({ print: printOf(body), redelivered });
const messages = (...bodies: string[]): Redelivery[] => bodies.map((body) => message(body));
const after = (
  number: number,
  records: number,
  position: number | null,
  more: { restarted?: boolean; history?: readonly string[] } = {},
): SkipQuestion => ({
  stored: { number, records },
  position,
  restarted: more.restarted ?? false,
  history: (more.history ?? []).map(printOf),
});

describe('what comes again', () => {
  it('[R10] the position says n: nothing is skipped, however alike the messages are', () => {
    expect(decideSkip(after(5, 2, 5, { history: ['a', 'a'] }), messages('a', 'a'))).toEqual({ skip: 0, uncertain: null });
  });

  it('[R10] the position says n−1: exactly batch n is skipped', () => {
    expect(decideSkip(after(5, 3, 4), messages('a', 'a', 'a', 'a'))).toEqual({ skip: 3, uncertain: null });
    expect(decideSkip(after(5, 2, 4, { history: ['x', 'a', 'b'] }), messages('a', 'b', 'c'))).toEqual({ skip: 2, uncertain: null });
  });

  it('[R10] the first start skips nothing and is certain', () => {
    expect(decideSkip(after(0, 0, null, { restarted: true }), messages('a'))).toEqual({ skip: 0, uncertain: null });
    expect(decideSkip(after(0, 0, 0), [])).toEqual({ skip: 0, uncertain: null });
  });

  it('[R12] the head was dropped: only what equals the end of batch n is skipped, and it is said', () => {
    const { skip, uncertain } = decideSkip(after(5, 3, 4, { history: ['a', 'b', 'c'] }), messages('c', 'd', 'e'));
    expect(skip).toBe(1);
    expect(uncertain).toContain('only 1');
  });

  it('[R12] after a restart of ours a message that never was delivered is not skipped', () => {
    const { skip, uncertain } = decideSkip(after(5, 3, 4), [message('c'), message('d', false), message('e', false)]);
    expect(skip).toBe(1);
    expect(uncertain).not.toBeNull();
  });

  it('[R13] a position that fits neither is said, and nothing is thrown away', () => {
    for (const position of [null, 2, 9]) {
      const { skip, uncertain } = decideSkip(after(5, 2, position), messages('a', 'b'));
      expect(skip).toBe(0);
      expect(uncertain).not.toBeNull();
    }
    expect(decideSkip(after(0, 0, 7), messages('a')).uncertain).not.toBeNull();
  });

  it('[R12] whatever was lost at the head, what is left of the batch is skipped when messages differ', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ maxLength: 3 }), { minLength: 2, maxLength: 20, selector: printOf }),
        fc.nat(),
        fc.nat(),
        (bodies, cut, lost) => {
          const size = 1 + (cut % (bodies.length - 1));
          const gone = lost % (size + 1);
          const { skip } = decideSkip(after(3, size, 2, { history: bodies.slice(0, size) }), messages(...bodies.slice(gone)));
          expect(skip).toBe(size - gone);
        },
      ),
    );
  });

  it('[R19] a broker that died forgot acknowledgements: all that is recognised is skipped, over several batches, and it is said', () => {
    const question = after(5, 1, 5, { restarted: true, history: ['a', 'b', 'c', 'd'] });
    expect(deliveriesNeeded(question)).toBe(4);
    expect(decideSkip(question, messages('b', 'c', 'd', 'e'))).toMatchObject({ skip: 3, uncertain: expect.stringContaining('3 messages') });
    expect(decideSkip(question, messages('e', 'f')).skip).toBe(0);
  });

  it('[R19] after a restart of the broker alike messages are no proof: they are not skipped', () => {
    const question = after(5, 1, 5, { restarted: true, history: ['same', 'other', 'same'] });
    expect(decideSkip(question, messages('same', 'new')).skip).toBe(0);
    expect(decideSkip(question, messages('other', 'same', 'new')).skip).toBe(2);
    // Batch n was not acknowledged for certain, so it is among what comes again.
    expect(decideSkip({ ...question, position: 4 }, messages('same', 'new')).skip).toBe(1);
  });
});
