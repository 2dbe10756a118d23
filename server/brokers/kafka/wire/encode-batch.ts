import type { EventHeader } from '@/lib/events/observed-event';
import { ByteWriter } from './byte-writer';
import { crc32c } from './crc32c';

export interface OneRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly EventHeader[];
  readonly timeMs: number;
}

export interface ProducerPlace {
  readonly producerId: number;
  readonly epoch: number;
  readonly sequence: number;
}

/** For a producer the broker doesn't know: no protection against doubles. */
export const NO_PRODUCER: ProducerPlace = { producerId: -1, epoch: -1, sequence: -1 };

/**
 * One record batch (format 2, not packed) with one record. Headers keep their order across names, doubles and null values: kafkajs' own
 * encoder takes an object of headers and can do neither.
 */
export function encodeBatch(record: OneRecord, producer: ProducerPlace): Buffer {
  const body = new ByteWriter().int8(0).varint(0).varint(0).varintBytes(record.key).varintBytes(record.value).varint(record.headers.length);
  for (const header of record.headers) body.varintBytes(Buffer.from(header.name, 'utf8')).varintBytes(header.value);
  const content = body.bytes();
  const checked = new ByteWriter()
    .int16(0)
    .int32(0)
    .int64(record.timeMs)
    .int64(record.timeMs)
    .int64(producer.producerId)
    .int16(producer.epoch)
    .int32(producer.sequence)
    .int32(1)
    .varint(content.length)
    .raw(content)
    .bytes();
  return new ByteWriter()
    .int64(0)
    .int32(4 + 1 + 4 + checked.length)
    .int32(-1)
    .int8(2)
    .uint32(crc32c(checked))
    .raw(checked)
    .bytes();
}
