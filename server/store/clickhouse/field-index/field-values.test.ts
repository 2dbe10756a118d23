import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '@/lib/events/event.fixture';
import { hashOfText, MOST_VALUES, NOT_INDEXED, valuesOfJson } from './field-values';

function hashesOf(text: string): Set<number> {
  const hashes = new Set<number>();
  expect(valuesOfJson(utf8(text), (hash) => hashes.add(hash) !== undefined)).toBe(true);
  return hashes;
}

function leavesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];
}

describe('values of a JSON body', () => {
  it('[Q28] every value that can be looked for by the index is in it, whatever stands around it', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => `${text}-7`),
      fc.string({ unit: 'grapheme', maxLength: 120 }),
      fc.constantFrom('o-1', 'a"b\\c', '\u0001\n', '{}', '[x]', 'true', '2024-01-01T10:00:00Z'),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.dictionary(fc.string(), leaf),
        fc.dictionary(fc.string(), tie('tree')),
        fc.array(tie('tree')),
        fc.array(leaf),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 2), (value, indent) => {
        const hashes = hashesOf(JSON.stringify(value, null, indent));
        for (const one of leavesOf(value)) {
          const hash = hashOfText(String(one));
          if (hash !== NOT_INDEXED && !(typeof one === 'number' && !Number.isInteger(one))) expect(hashes).toContain(hash);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('[Q28] numbers are known by the way they are read back, texts by what they say', () => {
    expect(hashesOf('{"a":1e3,"b":100.0,"c":-12345,"d":"\\u0041b\\/7"}')).toEqual(
      new Set(['1000', '100', '-12345', 'Ab/7'].map(hashOfText)),
    );
  });

  it.each(['ab', 'order.placed', 'two words 2', '12.50', '2024-01-01T10:00:00Z', 'false', '{"a":1}', '[1,2]', 'x'.repeat(101)])(
    '[Q28] %s is not indexed: it would fill the index and find nothing sooner',
    (value) => expect(hashOfText(value)).toBe(NOT_INDEXED),
  );

  it('[Q28] names are not values, broken JSON and other bodies do no harm', () => {
    expect(hashesOf('{"name1":"value1"}')).toEqual(new Set([hashOfText('value1')]));
    expect(hashesOf('name=value')).toEqual(new Set());
    for (const text of ['{"a":"', '["\\', '{"a":-', '[' + '['.repeat(5_000), '']) expect(() => hashesOf(text)).not.toThrow();
  });

  it('[Q28] a body with more values than are kept says so', () => {
    let given = 0;
    const many = JSON.stringify(Array.from({ length: 1_000 }, (_, i) => `value-${i}`));
    expect(valuesOfJson(utf8(many), () => ++given <= MOST_VALUES)).toBe(false);
    expect(given).toBe(MOST_VALUES + 1);
  });
});
