import { ByteReader } from './byte-reader';
import type { AbortedTransaction } from './record-set';

export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly logStart: number | null;
  readonly aborted: readonly AbortedTransaction[];
  /** The record set, still packed: a view into the response. */
  readonly records: Buffer;
}

export interface FetchResponse {
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

/** Reads a fetch response of version 4 to 11 without touching its records. */
export function readFetchResponse(payload: Buffer, version: number): FetchResponse {
  const reader = new ByteReader(payload);
  const clientSideThrottleTime = reader.int32();
  const errorCode = version >= 7 ? reader.int16() : 0;
  if (version >= 7) reader.int32();
  const partitions: FetchedPartition[] = [];
  reader.array(() => {
    const topic = reader.string() ?? '';
    reader.array(() => partitions.push(readPartition(reader, topic, version)));
  });
  return { clientSideThrottleTime, errorCode, partitions };
}

function readPartition(reader: ByteReader, topic: string, version: number): FetchedPartition {
  const partition = reader.int32();
  const errorCode = reader.int16();
  reader.skip(16); // high watermark and last stable offset: samples ask for them by themselves
  const logStart = version >= 5 ? reader.int64() : null;
  const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }));
  if (version >= 11) reader.int32();
  return { topic, partition, errorCode, logStart, aborted, records: reader.block() };
}
