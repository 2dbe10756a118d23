import { AssignerProtocol } from 'kafkajs';
import { ByteReader } from './byte-reader';
import { ByteWriter } from './byte-writer';

export interface DescribedGroup {
  readonly group: string;
  readonly errorCode: number;
  /** The broker's word: `Stable`, `Empty`, `PreparingRebalance`, `Assigning`, `Dead`, … */
  readonly state: string;
  readonly members: readonly DescribedMember[];
}

export interface DescribedMember {
  readonly memberId: string;
  readonly clientId: string;
  readonly host: string;
  readonly topics: readonly string[];
  readonly assignment: ReadonlyMap<string, readonly number[]>;
}

/** ConsumerGroupDescribe (key 69), version 0: the groups of the new protocol (KIP-848), which a classic describe calls `Dead`. */
export const CONSUMER_GROUP_DESCRIBE = 69;

/** Also ShareGroupDescribe is asked with these bytes. */
export function encodeConsumerGroupDescribe(groups: readonly string[]): Buffer {
  const writer = new ByteWriter().noTags().unsignedVarint(groups.length + 1);
  for (const group of groups) writer.compactString(group);
  return writer.int8(0).noTags().bytes();
}

export const readConsumerGroupDescribe = (payload: Buffer): DescribedGroups => readGroups(payload, readMember);

export interface DescribedGroups {
  readonly groups: readonly DescribedGroup[];
}

/** Consumer and share groups are answered alike; only what is said of a member differs. */
export function readGroups(payload: Buffer, readOne: (reader: ByteReader) => DescribedMember): DescribedGroups {
  const reader = new ByteReader(payload);
  reader.skipTags();
  reader.int32();
  return { groups: reader.compactArray(() => readGroup(reader, readOne)) };
}

function readGroup(reader: ByteReader, readOne: (reader: ByteReader) => DescribedMember): DescribedGroup {
  const errorCode = reader.int16();
  reader.compactString();
  const group = reader.compactString() ?? '';
  const state = reader.compactString() ?? '';
  reader.int32();
  reader.int32();
  reader.compactString();
  const members = reader.compactArray(() => readOne(reader));
  reader.int32();
  reader.skipTags();
  return { group, errorCode, state, members };
}

function readMember(reader: ByteReader): DescribedMember {
  const memberId = reader.compactString() ?? '';
  reader.compactString();
  reader.compactString();
  reader.int32();
  const clientId = reader.compactString() ?? '';
  const host = reader.compactString() ?? '';
  const topics = reader.compactArray(() => reader.compactString() ?? '');
  reader.compactString();
  const assignment = readAssignment(reader);
  readAssignment(reader);
  reader.skipTags();
  return { memberId, clientId, host, topics, assignment };
}

/** Topic id, name and partitions, as both kinds of new groups write them. */
export function readAssignment(reader: ByteReader): Map<string, number[]> {
  const assignment = new Map<string, number[]>();
  reader.compactArray(() => {
    reader.skip(16);
    const topic = reader.compactString() ?? '';
    assignment.set(
      topic,
      reader.compactArray(() => reader.int32()),
    );
    reader.skipTags();
  });
  reader.skipTags();
  return assignment;
}

/** A member of a classic group, as kafkajs decodes it. Its metadata is opaque bytes; a client that puts something else there shows no topics. */
export function fromClassicMember(member: {
  memberId: string;
  clientId: string;
  clientHost: string;
  memberMetadata: Buffer;
  memberAssignment: Buffer;
}): DescribedMember {
  const metadata = lenient(() => AssignerProtocol.MemberMetadata.decode(member.memberMetadata));
  const assignment = lenient(() => AssignerProtocol.MemberAssignment.decode(member.memberAssignment));
  return {
    memberId: member.memberId,
    clientId: member.clientId,
    host: member.clientHost,
    topics: metadata?.topics ?? [],
    assignment: new Map(Object.entries(assignment?.assignment ?? {})),
  };
}

function lenient<T>(decode: () => T | null): T | null {
  try {
    return decode();
  } catch {
    return null;
  }
}
