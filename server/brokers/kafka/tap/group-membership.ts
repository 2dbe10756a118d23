import { AssignerProtocol } from 'kafkajs';
import { errorName } from '../kafkajs-patches';
import { failOn, ProtocolError } from '../kafka-errors';
import type { KafkaLink } from '../kafka-link';
import { offsetsOf, type OffsetTable } from '../list-offsets';
import { spreadPartitions } from './spread-partitions';

const PROTOCOL = 'eventyard';
const SESSION_MS = 30_000;
const REBALANCE_MS = 30_000;
const UNKNOWN_MEMBER = 25;
const REBALANCE_IN_PROGRESS = 27;
const MEMBER_ID_REQUIRED = 79;

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

interface JoinAnswer {
  readonly errorCode: number;
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  readonly members: readonly { memberId: string; memberMetadata: Buffer }[];
}

interface CommitAnswer {
  readonly responses: readonly { topic: string; partitions: readonly { partition: number; errorCode: number }[] }[];
}

interface FetchAnswer {
  readonly errorCode?: number;
  readonly responses: readonly { topic: string; partitions: readonly { partition: number; offset: string; errorCode: number }[] }[];
}

/**
 * Our seat in our own group: join, heartbeat, commit, leave, over kafkajs' requests. We don't use kafkajs' consumer because it decodes records
 * by itself (one bad batch stops it for ever, headers lose their order) and joins the fetching to the group's life.
 */
export class GroupMembership {
  private memberId = '';
  private generationId = -1;
  private coordinator = -1;

  constructor(
    private readonly link: KafkaLink,
    private readonly group: string,
  ) {}

  /** Joins, and gives our share. Blocks while the others give theirs back. Throws ProtocolError REBALANCE_IN_PROGRESS when it has to be tried again at once. */
  async join(topics: ReadonlyMap<string, number>): Promise<readonly TopicPartition[]> {
    await this.findCoordinator();
    const joined = await this.enter(topics);
    this.generationId = joined.generationId;
    const shares = joined.leaderId === joined.memberId ? await this.share(joined) : [];
    const answer = await this.link.ask<{ errorCode: number; memberAssignment: Buffer }>(this.coordinator, 'SyncGroup', {
      groupId: this.group,
      generationId: this.generationId,
      memberId: this.memberId,
      groupAssignment: shares,
    });
    this.fail(answer.errorCode, 'sync with the group');
    const assignment = AssignerProtocol.MemberAssignment.decode(answer.memberAssignment)?.assignment ?? {};
    return Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
  }

  private async findCoordinator(): Promise<void> {
    const answer = await this.link.ask<{ errorCode: number; coordinator: { nodeId: number } }>(null, 'GroupCoordinator', {
      groupId: this.group,
      coordinatorType: 0,
    });
    failOn(answer.errorCode, `find the coordinator of group ${this.group}`);
    this.coordinator = answer.coordinator.nodeId;
  }

  private async enter(topics: ReadonlyMap<string, number>): Promise<JoinAnswer> {
    const request = {
      groupId: this.group,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
      protocolType: 'consumer',
      groupProtocols: [{ name: PROTOCOL, metadata: subscriptionOf(topics) }],
    };
    for (let attempt = 0; ; attempt++) {
      const answer = await this.link.ask<JoinAnswer>(this.coordinator, 'JoinGroup', { ...request, memberId: this.memberId });
      if (answer.errorCode === MEMBER_ID_REQUIRED && attempt < 3) this.memberId = answer.memberId;
      else if (answer.errorCode === UNKNOWN_MEMBER && attempt < 3) this.memberId = '';
      else {
        this.fail(answer.errorCode, `join group ${this.group}`);
        this.memberId = answer.memberId;
        return answer;
      }
    }
  }

  private async share(joined: JoinAnswer): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const wants = new Map(
      joined.members.map((one) => [one.memberId, AssignerProtocol.MemberMetadata.decode(one.memberMetadata)?.topics ?? []]),
    );
    const { topics } = await this.link.metadata([...new Set([...wants.values()].flat())]);
    const partitions = new Map(
      topics.filter((topic) => topic.errorCode === 0).map((topic) => [topic.name, topic.partitions.map((one) => one.partition)]),
    );
    return [...spreadPartitions(wants, partitions)].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) }),
    }));
  }

  async heartbeat(): Promise<'stable' | 'rebalance'> {
    const { errorCode } = await this.link.ask<{ errorCode: number }>(this.coordinator, 'Heartbeat', {
      groupId: this.group,
      groupGenerationId: this.generationId,
      memberId: this.memberId,
    });
    if (errorCode === REBALANCE_IN_PROGRESS) return 'rebalance';
    this.fail(errorCode, `heartbeat in group ${this.group}`);
    return 'stable';
  }

  /** What the group has committed; partitions without a commit are absent. */
  async committed(places: readonly TopicPartition[]): Promise<OffsetTable> {
    const table: OffsetTable = new Map();
    if (places.length === 0) return table;
    const answer = await this.link.ask<FetchAnswer>(this.coordinator, 'OffsetFetch', {
      groupId: this.group,
      topics: byTopic(places, ({ partition }) => ({ partition })),
    });
    failOn(answer.errorCode ?? 0, `read the offsets of group ${this.group}`);
    for (const { topic, partitions } of answer.responses) {
      for (const { partition, offset, errorCode } of partitions) {
        failOn(errorCode, `read the offset of ${topic}/${partition}`);
        if (Number(offset) >= 0) offsetsOf(table, topic).set(partition, Number(offset));
      }
    }
    return table;
  }

  async commit(offsets: ReadonlyMap<string, ReadonlyMap<number, number>>): Promise<void> {
    const topics = [...offsets].map(([topic, ofTopic]) => ({
      topic,
      partitions: [...ofTopic].map(([partition, offset]) => ({ partition, offset: String(offset), metadata: null })),
    }));
    const answer = await this.link.ask<CommitAnswer>(this.coordinator, 'OffsetCommit', {
      groupId: this.group,
      groupGenerationId: this.generationId,
      memberId: this.memberId,
      topics,
    });
    for (const { topic, partitions } of answer.responses)
      for (const { errorCode, partition } of partitions) failOn(errorCode, `commit ${topic}/${partition}`);
  }

  async leave(): Promise<void> {
    if (this.memberId === '' || this.coordinator < 0) return;
    const { memberId } = this;
    this.memberId = '';
    await this.link.ask(this.coordinator, 'LeaveGroup', { groupId: this.group, memberId, members: [{ memberId }] }).catch(() => undefined);
  }

  private fail(errorCode: number, asked: string): void {
    if (errorCode === UNKNOWN_MEMBER || errorName(errorCode) === 'FENCED_INSTANCE_ID') this.memberId = '';
    failOn(errorCode, asked);
  }
}

export const mustRejoin = (error: unknown): boolean => error instanceof ProtocolError && error.kafkaCode === REBALANCE_IN_PROGRESS;

/** The number of partitions goes along, so that a member which sees new ones starts a rebalance by joining again. */
function subscriptionOf(topics: ReadonlyMap<string, number>): Buffer {
  const names = [...topics.keys()].sort();
  const counts = names.map((name) => topics.get(name)).join(',');
  return AssignerProtocol.MemberMetadata.encode({ version: 0, topics: names, userData: Buffer.from(counts) });
}

function byTopic<T>(places: readonly TopicPartition[], partitionOf: (place: TopicPartition) => T): { topic: string; partitions: T[] }[] {
  const topics = [...new Set(places.map((place) => place.topic))];
  return topics.map((topic) => ({ topic, partitions: places.filter((place) => place.topic === topic).map(partitionOf) }));
}
