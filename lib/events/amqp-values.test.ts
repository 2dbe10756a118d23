import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amqpHeader, amqpText, decodeAmqpTable, decodeAmqpValue, encodeAmqpField, encodeAmqpTable, encodeAmqpValue } from './amqp-values';

const bytes = (...values: number[]) => Uint8Array.from(values);

/** Every type of RabbitMQ's table and the odd ones, as (letter, value without length). */
const samples: ReadonlyArray<readonly [string, Uint8Array | null, unknown]> = [
  ['t', bytes(1), true],
  ['b', bytes(0xff), -1],
  ['B', bytes(0xff), 255],
  ['s', bytes(0xff, 0xfe), -2],
  ['u', bytes(0xff, 0xfe), 65534],
  ['I', bytes(0xff, 0xff, 0xff, 0xfd), -3],
  ['i', bytes(0xff, 0xff, 0xff, 0xfd), 4294967293],
  ['l', bytes(0, 0, 0, 0, 0, 0, 0, 5), 5],
  ['l', bytes(0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), '9223372036854775807'],
  ['L', bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), -1],
  ['T', bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf6), -10],
  ['f', bytes(0x3f, 0xc0, 0, 0), 1.5],
  ['d', bytes(0x3f, 0xf0, 0, 0, 0, 0, 0, 0), 1],
  ['d', bytes(0x7f, 0xf0, 0, 0, 0, 0, 0, 0), 'Infinity'],
  ['D', bytes(2, 0, 0, 4, 0xe2), '12.50'],
  ['D', bytes(2, 0xff, 0xff, 0xff, 0xfb), '-0.05'],
  ['S', new TextEncoder().encode('grüße'), 'grüße'],
  ['S', bytes(0xff, 0xfe), '0xfffe'],
  ['x', bytes(0, 0x80), '0x0080'],
  ['V', null, null],
];

describe('AMQP field values', () => {
  it.each(samples)('[A1] a %s is shown as it is', (wire, value, shown) => {
    expect(decodeAmqpValue(wire, value)).toEqual(shown);
  });

  it('[A2] a table of every type, two of one name, comes back byte for byte', () => {
    const fields = samples.map(([wire, value], index) => ({ name: `h${index % 5}`, wire, value }));
    const encoded = encodeAmqpTable(fields);
    expect(decodeAmqpTable(encoded)).toEqual(fields);
    expect(encodeAmqpTable(decodeAmqpTable(encoded))).toEqual(encoded);
  });

  it('[A2] whatever the bytes are, nothing throws and the same bytes come back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (table) => {
        const fields = decodeAmqpTable(table);
        expect(encodeAmqpTable(fields)).toEqual(Uint8Array.from(table));
        for (const field of fields) JSON.stringify(decodeAmqpValue(field.wire, field.value));
      }),
      { numRuns: 2000 },
    );
  });

  it('[A3] a plain value survives encoding and decoding', () => {
    const plain = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 10 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(plain, (value) => {
        const { wire, value: encoded } = encodeAmqpValue(value);
        expect(decodeAmqpValue(wire, encoded)).toEqual(value);
      }),
    );
  });

  it('[A4] a name that is not UTF-8 and a name called __proto__ come back', () => {
    const table = bytes(2, 0xff, 0x41, 0x74, 1);
    expect(encodeAmqpTable(decodeAmqpTable(table))).toEqual(table);
    const proto = { wire: 'F', value: encodeAmqpTable([amqpHeader('__proto__', 'x')]) };
    const shown = decodeAmqpValue(proto.wire, proto.value) as object;
    expect(Object.keys(shown)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(shown)).toBe(Object.prototype);
  });

  it('[A5] 5,000 tables in each other are shown without unfolding them all', () => {
    let inner: Uint8Array = new Uint8Array(0);
    for (let depth = 0; depth < 5000; depth++) inner = encodeAmqpTable([{ name: 'n', wire: 'F', value: inner }]);
    expect(() => JSON.stringify(decodeAmqpValue('F', inner))).not.toThrow();
  });

  it('[A6] x-death can be read', () => {
    const death = [{ queue: 'payments', reason: 'rejected', count: 2, 'routing-keys': ['order.created'], exchange: 'orders' }];
    const { wire, value } = encodeAmqpValue(death);
    expect(wire).toBe('A');
    expect(decodeAmqpValue(wire, value)).toEqual(death);
    expect(encodeAmqpField(wire, value)[0]).toBe('A'.charCodeAt(0));
  });

  it('[A7] text is UTF-8 where it is UTF-8, else one character a byte', () => {
    expect(amqpText(new TextEncoder().encode('a→b'))).toBe('a→b');
    expect(amqpText(bytes(0x61, 0xe9))).toBe('aé');
  });
});
