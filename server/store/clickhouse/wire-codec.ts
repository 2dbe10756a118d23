import type { ByteWriter } from './byte-writer';

/**
 * How one ClickHouse type is written: `row` for RowBinary (value by value), `column` for Native (all values of a column together). Native is
 * what we send, with dictionaries for the columns that have few values: the engine takes them as they are instead of taking rows apart and
 * hashing every value (bench/store-insert.ts compares the formats in one run).
 */
export interface WireCodec<T> {
  /** The type the bytes are declared with; the table may have another one and converts. */
  readonly type: string;
  row(writer: ByteWriter, value: T): void;
  /** Native: the versions of all dictionaries in this column, which stand before its data. */
  prefix(writer: ByteWriter): void;
  column<R>(writer: ByteWriter, records: readonly R[], get: (record: R) => T): void;
}

/** A column of a table and where its value comes from. */
export interface WireColumn<R> {
  readonly name: string;
  readonly type: string;
  row(writer: ByteWriter, record: R): void;
  prefix(writer: ByteWriter): void;
  column(writer: ByteWriter, records: readonly R[]): void;
}

const noPrefix = (): void => undefined;
const self = <T>(value: T): T => value;

const simple = <T>(type: string, row: (writer: ByteWriter, value: T) => void): WireCodec<T> => ({
  type,
  row,
  prefix: noPrefix,
  column(writer, records, get) {
    for (const record of records) row(writer, get(record));
  },
});

export const text = simple<string>('String', (writer, value) => writer.text(value));
export const blob = simple<Uint8Array>('String', (writer, value) => writer.bytes(value));
export const u8 = simple<number>('UInt8', (writer, value) => writer.u8(value));
export const flag = simple<boolean>('UInt8', (writer, value) => writer.u8(value ? 1 : 0));
export const u32 = simple<number>('UInt32', (writer, value) => writer.u32(value));
export const i32 = simple<number>('Int32', (writer, value) => writer.i32(value));
export const i64 = simple<number>('Int64', (writer, value) => writer.i64(value));
export const u64 = simple<number>('UInt64', (writer, value) => writer.i64(value));

export function nullable<T>(inner: WireCodec<T>, whenNull: T): WireCodec<T | null> {
  return {
    type: `Nullable(${inner.type})`,
    row(writer, value) {
      writer.u8(value === null ? 1 : 0);
      if (value !== null) inner.row(writer, value);
    },
    prefix: (writer) => inner.prefix(writer),
    column(writer, records, get) {
      for (const record of records) writer.u8(get(record) === null ? 1 : 0);
      for (const record of records) inner.row(writer, get(record) ?? whenNull);
    },
  };
}

/** Text of which a batch has few different ones: each is sent once, rows are numbers. */
export const word: WireCodec<string> = {
  type: 'LowCardinality(String)',
  row: (writer, value) => writer.text(value),
  prefix: dictionaryVersion,
  column: (writer, records, get) => writeDictionary(writer, records, get, []),
};

/** The same with null, which is the first of a dictionary's keys. */
export const nullableWord: WireCodec<string | null> = {
  type: 'LowCardinality(Nullable(String))',
  row(writer, value) {
    writer.u8(value === null ? 1 : 0);
    if (value !== null) writer.text(value);
  },
  prefix: dictionaryVersion,
  column: (writer, records, get) => writeDictionary(writer, records, get, [null]),
};

function dictionaryVersion(writer: ByteWriter): void {
  writer.i64(1);
}

const HAS_KEYS = 0x200;

function writeDictionary<R>(
  writer: ByteWriter,
  records: readonly R[],
  get: (record: R) => string | null,
  first: readonly (string | null)[],
): void {
  if (records.length === 0) return;
  const places = new Map<string | null, number>(first.map((key, place) => [key, place]));
  const keys = [...first];
  const indexes = new Uint32Array(records.length);
  let index = 0;
  for (let i = 0; i < records.length; i++) {
    const value = get(records[i] as R);
    // Mostly the one before, or (names of headers) the one that came after it the last time: seen without a look-up.
    if (value !== keys[index]) index = value === keys[index + 1] ? index + 1 : placeOf(value, places, keys);
    indexes[i] = index;
  }
  const width = keys.length <= 0x100 ? 0 : keys.length <= 0x1_0000 ? 1 : 2;
  writer.i64(HAS_KEYS | width);
  writer.i64(keys.length);
  for (const key of keys) writer.text(key ?? '');
  writer.i64(records.length);
  if (width === 0) for (const one of indexes) writer.u8(one);
  else if (width === 1) for (const one of indexes) writer.u16(one);
  else for (const one of indexes) writer.u32(one);
}

function placeOf(value: string | null, places: Map<string | null, number>, keys: (string | null)[]): number {
  const known = places.get(value);
  if (known !== undefined) return known;
  places.set(value, keys.length);
  return keys.push(value) - 1;
}

export function array<T>(inner: WireCodec<T>): WireCodec<readonly T[]> {
  return {
    type: `Array(${inner.type})`,
    row(writer, value) {
      writer.varint(value.length);
      for (const item of value) inner.row(writer, item);
    },
    prefix: (writer) => inner.prefix(writer),
    column(writer, records, get) {
      const items: T[] = [];
      for (const record of records) {
        for (const item of get(record)) items.push(item);
        writer.i64(items.length);
      }
      if (items.length > 0) inner.column(writer, items, self);
    },
  };
}

/** `Tuple(a …, b …)` out of an object's fields. */
export function tuple<T>(...fields: readonly WireColumn<T>[]): WireCodec<T> {
  return {
    type: `Tuple(${fields.map((field) => `${field.name} ${field.type}`).join(', ')})`,
    row(writer, value) {
      for (const field of fields) field.row(writer, value);
    },
    prefix(writer) {
      for (const field of fields) field.prefix(writer);
    },
    column(writer, records, get) {
      const items = (get as unknown) === self ? (records as readonly unknown[] as readonly T[]) : records.map(get);
      for (const field of fields) field.column(writer, items);
    },
  };
}

export function column<R, T>(name: string, codec: WireCodec<T>, get: (record: R) => T): WireColumn<R> {
  return {
    name,
    type: codec.type,
    row: (writer, record) => codec.row(writer, get(record)),
    prefix: (writer) => codec.prefix(writer),
    column: (writer, records) => codec.column(writer, records, get),
  };
}

/** One Native block: all records, column by column. */
export function writeNative<R>(writer: ByteWriter, columns: readonly WireColumn<R>[], records: readonly R[]): void {
  writer.varint(columns.length);
  writer.varint(records.length);
  for (const item of columns) {
    writer.text(item.name);
    writer.text(item.type);
    if (records.length === 0) continue;
    item.prefix(writer);
    item.column(writer, records);
  }
}

export function writeRowBinary<R>(writer: ByteWriter, columns: readonly WireColumn<R>[], records: readonly R[]): void {
  for (const record of records) for (const item of columns) item.row(writer, record);
}

export const structureOf = <R>(columns: readonly WireColumn<R>[]): string => columns.map((item) => `${item.name} ${item.type}`).join(', ');
export const namesOf = <R>(columns: readonly WireColumn<R>[]): string => columns.map((item) => item.name).join(', ');
