import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';

export interface ClusterMetadata {
  readonly nodes: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly controllerId: number;
  readonly topics: readonly TopicMetadata[];
}

export interface TopicMetadata {
  readonly name: string;
  /** Changes when a topic is deleted and made again under the same name; `null` on brokers before 2.8. */
  readonly id: string | null;
  readonly errorCode: number;
  readonly internal: boolean;
  /** Whether our user may read it; `null` when the broker doesn't say. */
  readonly mayRead: boolean | null;
  readonly partitions: readonly { readonly partition: number; readonly leader: number; readonly errorCode: number }[];
}

const READ = 1 << 3;
const NOT_SAID = -2_147_483_648;
const NO_ID = Buffer.alloc(16);

/** Metadata 11 or 12, which kafkajs doesn't know: with topic ids and our rights. `topics: null` = all we may see. Never makes a topic. */
export function encodeMetadataRequest(topics: readonly string[] | null): Buffer {
  const writer = new ByteWriter().noTags();
  if (topics === null) writer.unsignedVarint(0);
  else {
    writer.unsignedVarint(topics.length + 1);
    for (const topic of topics) writer.raw(NO_ID).compactString(topic).noTags();
  }
  return writer.int8(0).int8(1).noTags().bytes();
}

export function readMetadataResponse(payload: Buffer): ClusterMetadata {
  const reader = new ByteReader(payload);
  reader.skipTags();
  reader.int32();
  const nodes = reader.compactArray(() => {
    const node = { nodeId: reader.int32(), host: reader.compactString() ?? '', port: reader.int32() };
    reader.compactString();
    reader.skipTags();
    return node;
  });
  reader.compactString();
  const controllerId = reader.int32();
  return { nodes, controllerId, topics: reader.compactArray(() => readTopic(reader)) };
}

function readTopic(reader: ByteReader): TopicMetadata {
  const errorCode = reader.int16();
  const name = reader.compactString() ?? '';
  const id = reader.uuid();
  const internal = reader.boolean();
  const partitions = reader.compactArray(() => {
    const code = reader.int16();
    const partition = reader.int32();
    const leader = reader.int32();
    reader.int32();
    for (let list = 0; list < 3; list++) reader.compactArray(() => reader.int32());
    reader.skipTags();
    return { partition, leader, errorCode: code };
  });
  const rights = reader.int32();
  reader.skipTags();
  return { name, id, errorCode, internal, mayRead: rights === NOT_SAID ? null : (rights & READ) !== 0, partitions };
}

/** What kafkajs' own decoder of older versions gives, in our shape. */
export interface OldMetadata {
  readonly brokers: readonly { nodeId: number; host: string; port: number }[];
  readonly controllerId: number;
  readonly topicMetadata: readonly {
    topicErrorCode: number;
    topic: string;
    isInternal?: boolean;
    partitionMetadata: readonly { partitionErrorCode: number; partitionId: number; leader: number }[];
  }[];
}

export const fromOldMetadata = (old: OldMetadata): ClusterMetadata => ({
  nodes: old.brokers,
  controllerId: old.controllerId,
  topics: old.topicMetadata.map((topic) => ({
    name: topic.topic,
    id: null,
    errorCode: topic.topicErrorCode,
    internal: topic.isInternal ?? false,
    mayRead: null,
    partitions: topic.partitionMetadata.map((one) => ({
      partition: one.partitionId,
      leader: one.leader,
      errorCode: one.partitionErrorCode,
    })),
  })),
});
