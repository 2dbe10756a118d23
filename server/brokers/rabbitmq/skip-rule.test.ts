import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Redelivery, decideSkip } from './skip-rule';

const message = (body: string, redelivered = true): Redelivery => ({
  exchange: 'orders',
  routingKey: new Uint8Array(0),
  properties: new Uint8Array(2),
  body: new TextEncoder().encode(body),
  redelivered,
});
const stored = (number: number, bodies: readonly string[] | number) => ({
  number,
  records: typeof bodies === 'number' ? bodies : bodies.length,
  contents: typeof bodies === 'number' ? null : bodies.map((body) => message(body)),
});

describe('what comes again', () => {
  it('[R10] the position says n: nothing is skipped, however alike the messages are', () => {
    expect(decideSkip(stored(5, ['a', 'a']), 5, [message('a'), message('a')])).toEqual({ skip: 0, uncertain: null });
  });

  it('[R10] the position says n−1: exactly batch n is skipped', () => {
    expect(decideSkip(stored(5, 3), 4, [message('a'), message('a'), message('a'), message('a')])).toEqual({ skip: 3, uncertain: null });
    expect(decideSkip(stored(5, ['a', 'b']), 4, [message('a'), message('b'), message('c')])).toEqual({ skip: 2, uncertain: null });
  });

  it('[R10] the first start skips nothing and is certain', () => {
    expect(decideSkip(stored(0, 0), null, [message('a')])).toEqual({ skip: 0, uncertain: null });
    expect(decideSkip(stored(0, 0), 0, [])).toEqual({ skip: 0, uncertain: null });
  });

  it('[R12] the head was dropped: only what equals the end of batch n is skipped, and it is said', () => {
    const { skip, uncertain } = decideSkip(stored(5, ['a', 'b', 'c']), 4, [message('c'), message('d'), message('e')]);
    expect(skip).toBe(1);
    expect(uncertain).toContain('only 1');
  });

  it('[R12] after a restart a message that never was delivered is not skipped', () => {
    const { skip, uncertain } = decideSkip(stored(5, 3), 4, [message('c'), message('d', false), message('e', false)]);
    expect(skip).toBe(1);
    expect(uncertain).not.toBeNull();
  });

  it('[R13] a position that fits neither is said, and nothing is thrown away', () => {
    for (const position of [null, 2, 9]) {
      const { skip, uncertain } = decideSkip(stored(5, 2), position, [message('a'), message('b')]);
      expect(skip).toBe(0);
      expect(uncertain).not.toBeNull();
    }
    expect(decideSkip(stored(0, 0), 7, [message('a')]).uncertain).not.toBeNull();
  });

  it('[R12] whatever was lost at the head, what is left of the batch is skipped when messages differ', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 }), fc.nat(), fc.nat(), (bodies, cut, lost) => {
        const size = 1 + (cut % (bodies.length - 1));
        const gone = lost % (size + 1);
        const { skip } = decideSkip(stored(3, bodies.slice(0, size)), 2, bodies.slice(gone).map((body) => message(body)));
        expect(skip).toBe(size - gone);
      }),
    );
  });
});
