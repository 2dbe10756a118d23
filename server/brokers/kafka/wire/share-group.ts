import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { readAssignment, readGroups, type DescribedGroups, type DescribedMember } from './group-describe';

/** ShareGroupDescribe (key 77), version 1: groups that share a partition's records one by one (KIP-932, Kafka 4.1 and later). */
export const SHARE_GROUP_DESCRIBE = 77;
/** DescribeShareGroupOffsets (key 90), version 0: up to where everything was taken. */
export const SHARE_GROUP_OFFSETS = 90;

export const readShareGroupDescribe = (payload: Buffer): DescribedGroups => readGroups(payload, readMember);

function readMember(reader: ByteReader): DescribedMember {
  const memberId = reader.compactString() ?? '';
  reader.compactString();
  reader.int32();
  const clientId = reader.compactString() ?? '';
  const host = reader.compactString() ?? '';
  const topics = reader.compactArray(() => reader.compactString() ?? '');
  const assignment = readAssignment(reader);
  reader.skipTags();
  return { memberId, clientId, host, topics, assignment };
}

/** Asks for all topics of one group. */
export function encodeShareGroupOffsets(group: string): Buffer {
  // A null array of topics is a length of 0.
  return new ByteWriter().noTags().unsignedVarint(2).compactString(group).unsignedVarint(0).noTags().noTags().bytes();
}

export interface ShareOffsets {
  readonly groups: readonly {
    readonly errorCode: number;
    readonly topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number; readonly start: number; readonly errorCode: number }[];
    }[];
  }[];
}

export function readShareGroupOffsets(payload: Buffer): ShareOffsets {
  const reader = new ByteReader(payload);
  reader.skipTags();
  reader.int32();
  const groups = reader.compactArray(() => {
    reader.compactString();
    const topics = reader.compactArray(() => readTopic(reader));
    const errorCode = reader.int16();
    reader.compactString();
    reader.skipTags();
    return { errorCode, topics };
  });
  return { groups };
}

function readTopic(reader: ByteReader): ShareOffsets['groups'][number]['topics'][number] {
  const topic = reader.compactString() ?? '';
  reader.skip(16);
  const partitions = reader.compactArray(() => {
    const partition = reader.int32();
    const start = reader.int64();
    reader.int32();
    const errorCode = reader.int16();
    reader.compactString();
    reader.skipTags();
    return { partition, start, errorCode };
  });
  reader.skipTags();
  return { topic, partitions };
}
