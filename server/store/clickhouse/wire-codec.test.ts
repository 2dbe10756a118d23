import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer';
import { wholeMicros } from './event-columns';
import { array, column, i64, nullable, nullableWord, structureOf, text, tuple, u8, word, writeNative, writeRowBinary } from './wire-codec';

interface Row {
  readonly a: string;
  readonly b: number | null;
  readonly c: readonly { readonly n: string; readonly v: number }[];
}

const columns = [
  column('a', text, (row: Row) => row.a),
  column('b', nullable(i64, 0), (row: Row) => row.b),
  column(
    'c',
    array(
      tuple(
        column('n', text, (item: Row['c'][number]) => item.n),
        column('v', u8, (item) => item.v),
      ),
    ),
    (row: Row) => row.c,
  ),
];
const rows: readonly Row[] = [
  { a: 'x', b: -2, c: [{ n: 'k', v: 7 }] },
  { a: '', b: null, c: [] },
];
const int64 = (value: bigint): number[] => [...new Uint8Array(new BigInt64Array([value]).buffer)];

describe('the binary formats', () => {
  it('write rows one after the other (RowBinary)', () => {
    const writer = new ByteWriter(4);
    writeRowBinary(writer, columns, rows);
    expect([...writer.view()]).toEqual([1, 120, 0, ...int64(-2n), 1, 1, 107, 7, 0, 1, 0]);
  });

  it('write column after column (Native)', () => {
    const writer = new ByteWriter(4);
    writeNative(writer, columns.slice(1, 2), rows);
    const name = [1, 98, 15, ...Buffer.from('Nullable(Int64)')];
    expect([...writer.view()]).toEqual([1, 2, ...name, 0, 1, ...int64(-2n), ...int64(0n)]);
  });

  it('write each word of a column once, rows as numbers, null as the first key', () => {
    const writer = new ByteWriter(4);
    nullableWord.column(writer, ['a', null, '', 'a'], (value) => value);
    expect([...writer.view()]).toEqual([...int64(0x200n), ...int64(3n), 0, 1, 97, 0, ...int64(4n), 1, 0, 2, 1]);
  });

  it('number many words in two bytes', () => {
    const writer = new ByteWriter(4);
    const words = Array.from({ length: 300 }, (_, i) => `w${i}`);
    word.column(writer, [...words, 'w0', 'w299'], (value) => value);
    const bytes = Buffer.from(writer.view());
    expect(bytes.readBigInt64LE(0)).toBe(0x201n);
    expect(bytes.subarray(-4)).toEqual(Buffer.from([0, 0, 43, 1]));
  });

  it('put the versions of all dictionaries before the data of their column', () => {
    const writer = new ByteWriter(4);
    const names = column('n', array(tuple(column('a', word, (value: string) => value))), (row: Row) => row.c.map((item) => item.n));
    writeNative(writer, [names], rows);
    const head = [1, 2, 1, 110, names.type.length, ...Buffer.from(names.type)];
    expect([...writer.view()]).toEqual([
      ...head,
      ...int64(1n),
      ...int64(1n),
      ...int64(1n),
      ...int64(0x200n),
      ...int64(1n),
      1,
      107,
      ...int64(1n),
      0,
    ]);
  });

  it('declare their types', () => expect(structureOf(columns)).toBe('a String, b Nullable(Int64), c Array(Tuple(n String, v UInt8))'));

  it.each([0, 1, -1, 255, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])('write %d in 64 bits', (value) => {
    const writer = new ByteWriter(1);
    writer.i64(value);
    expect(writer.view().readBigInt64LE()).toBe(BigInt(value));
  });

  it.each(['', 'plain', 'é☃😀', 'x'.repeat(200), `${'x'.repeat(62)}é`, '\ud800'])('write %j as UTF-8 behind its length', (value) => {
    const writer = new ByteWriter(1);
    writer.text(value);
    const bytes = Buffer.from(value);
    expect([...writer.view()]).toEqual([
      ...(bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) | 128, Math.floor(bytes.length / 128)]),
      ...bytes,
    ]);
  });

  it('[S7] take every number for a time', () => {
    expect([NaN, Infinity, -Infinity, 1.9, -1.9, 1e300].map(wholeMicros)).toEqual([
      0,
      Number.MAX_SAFE_INTEGER,
      0,
      1,
      -1,
      Number.MAX_SAFE_INTEGER,
    ]);
  });
});
