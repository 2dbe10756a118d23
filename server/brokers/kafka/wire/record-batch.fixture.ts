import { ByteWriter } from './byte-writer';
import { crc32c } from './crc32c';

/** Builds record batches byte by byte for tests, sound or broken in a named way. */
export interface FixtureRecord {
  readonly key?: string | null;
  readonly value?: string | Buffer | null;
  readonly headers?: readonly (readonly [name: string, value: string | null])[];
  readonly timeDelta?: number;
  readonly offsetDelta?: number;
  /** Replaces the record's content after its frame was measured. */
  readonly spoil?: (content: Buffer) => Buffer;
}

export interface FixtureBatch {
  readonly baseOffset?: number;
  readonly records: readonly FixtureRecord[];
  readonly codec?: number;
  readonly pack?: (records: Buffer) => Buffer;
  readonly attributes?: number;
  readonly producerId?: number;
  readonly lastOffsetDelta?: number;
  readonly baseTime?: number;
  readonly maxTime?: number;
  /** What the batch says it holds, when that is not true. */
  readonly count?: number;
}

const bytesOf = (value: string | Buffer | null | undefined): Buffer | null =>
  value === null || value === undefined ? null : Buffer.from(value as string);

export function encodeRecord(record: FixtureRecord, index: number): Buffer {
  const headers = record.headers ?? [];
  const writer = new ByteWriter()
    .int8(0)
    .varint(record.timeDelta ?? 0)
    .varint(record.offsetDelta ?? index)
    .varintBytes(bytesOf(record.key))
    .varintBytes(bytesOf(record.value))
    .varint(headers.length);
  for (const [name, value] of headers) writer.varintBytes(Buffer.from(name)).varintBytes(bytesOf(value));
  const content = record.spoil?.(Buffer.from(writer.bytes())) ?? writer.bytes();
  return Buffer.from(new ByteWriter().varint(content.length).raw(content).bytes());
}

export function encodeRecordBatch(batch: FixtureBatch): Buffer {
  const plain = Buffer.concat(batch.records.map(encodeRecord));
  const records = batch.pack?.(plain) ?? plain;
  const checked = new ByteWriter()
    .int16((batch.codec ?? 0) | (batch.attributes ?? 0))
    .int32(batch.lastOffsetDelta ?? Math.max(0, batch.records.length - 1))
    .int64(batch.baseTime ?? 1_700_000_000_000)
    .int64(batch.maxTime ?? 1_700_000_000_000)
    .int64(batch.producerId ?? -1)
    .int16(0)
    .int32(0)
    .int32(batch.count ?? batch.records.length)
    .raw(records)
    .bytes();
  return Buffer.from(
    new ByteWriter()
      .int64(batch.baseOffset ?? 0)
      .int32(9 + checked.length)
      .int32(0)
      .int8(2)
      .uint32(crc32c(checked))
      .raw(checked)
      .bytes(),
  );
}

/** The end of a transaction: one control record, 0 = abort, 1 = commit. */
export function encodeMarker(baseOffset: number, producerId: number, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  const content = new ByteWriter().int8(0).varint(0).varint(0).varintBytes(key).varintBytes(Buffer.alloc(6)).varint(0).bytes();
  const record = new ByteWriter().varint(content.length).raw(content).bytes();
  return encodeRecordBatch({ baseOffset, records: [{}], attributes: 32 | 16, producerId, pack: () => Buffer.from(record) });
}
