import type { ByteWriter } from './byte-writer';

/**
 * How one ClickHouse type is written: `row` for RowBinary (value by value), `column` for Native (all values of a column together). Native is
 * what we send: the engine takes a column as it is instead of taking rows apart (bench/store-insert.ts compares them in one run).
 */
export interface WireCodec<T> {
  /** The type the bytes are declared with; the table may have a narrower one (LowCardinality) and converts. */
  readonly type: string;
  row(writer: ByteWriter, value: T): void;
  column(writer: ByteWriter, values: readonly T[]): void;
}

/** A column of a table and where its value comes from. */
export interface WireColumn<R> {
  readonly name: string;
  readonly type: string;
  row(writer: ByteWriter, record: R): void;
  column(writer: ByteWriter, records: readonly R[]): void;
}

const simple = <T>(type: string, row: (writer: ByteWriter, value: T) => void): WireCodec<T> => ({
  type,
  row,
  column(writer, values) {
    for (const value of values) row(writer, value);
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
    column(writer, values) {
      for (const value of values) writer.u8(value === null ? 1 : 0);
      for (const value of values) inner.row(writer, value ?? whenNull);
    },
  };
}

export function array<T>(inner: WireCodec<T>): WireCodec<readonly T[]> {
  return {
    type: `Array(${inner.type})`,
    row(writer, value) {
      writer.varint(value.length);
      for (const item of value) inner.row(writer, item);
    },
    column(writer, values) {
      let end = 0;
      for (const value of values) writer.i64((end += value.length));
      if (end > 0) inner.column(writer, values.flat() as T[]);
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
    column(writer, values) {
      for (const field of fields) field.column(writer, values);
    },
  };
}

export function column<R, T>(name: string, codec: WireCodec<T>, get: (record: R) => T): WireColumn<R> {
  return {
    name,
    type: codec.type,
    row: (writer, record) => codec.row(writer, get(record)),
    column: (writer, records) => codec.column(writer, records.map(get)),
  };
}

/** One Native block: all records, column by column. */
export function writeNative<R>(writer: ByteWriter, columns: readonly WireColumn<R>[], records: readonly R[]): void {
  writer.varint(columns.length);
  writer.varint(records.length);
  for (const item of columns) {
    writer.text(item.name);
    writer.text(item.type);
    item.column(writer, records);
  }
}

export function writeRowBinary<R>(writer: ByteWriter, columns: readonly WireColumn<R>[], records: readonly R[]): void {
  for (const record of records) for (const item of columns) item.row(writer, record);
}

export const structureOf = <R>(columns: readonly WireColumn<R>[]): string => columns.map((item) => `${item.name} ${item.type}`).join(', ');
export const namesOf = <R>(columns: readonly WireColumn<R>[]): string => columns.map((item) => item.name).join(', ');
