import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffJson } from './diff-json';

describe('what changed between two bodies', () => {
  it('[DF1] [DF2] says each difference with its path, lists place by place', () => {
    const before = { id: 1, state: 'new', lines: [{ price: 5 }, { price: 6 }], note: null };
    const after = { id: 1, state: 'paid', lines: [{ price: 5 }, { price: 7 }, { price: 8 }], by: 'card' };
    expect(diffJson(before, after)).toEqual({
      changes: [
        { path: 'state', kind: 'changed', before: '"new"', after: '"paid"' },
        { path: 'lines[1].price', kind: 'changed', before: '6', after: '7' },
        { path: 'lines[2]', kind: 'added', before: null, after: '{"price":8}' },
        { path: 'note', kind: 'removed', before: 'null', after: null },
        { path: 'by', kind: 'added', before: null, after: '"card"' },
      ],
      more: 0,
      same: 2,
    });
  });

  it('[DF1] finds nothing between a value and itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(diffJson(value, value).changes).toEqual([]);
      }),
    );
  });

  it('[DF3] ends for deep and for long values, and says how many more', () => {
    const deep = Array.from({ length: 3_000 }).reduce<unknown>((inner) => ({ inner }), 1);
    expect(diffJson(deep, { ...(deep as object), x: 1 }).changes).toHaveLength(1);
    const list = Array.from({ length: 800 }, (_, index) => index);
    expect(
      diffJson(
        list,
        list.map((each) => each + 1),
      ),
    ).toMatchObject({ changes: { length: 500 }, more: 300 });
    expect(diffJson(JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": 2}')).changes[0]?.path).toBe('__proto__');
  });
});
