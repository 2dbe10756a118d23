import { errorName } from '../kafkajs-patches';
import { problemOf } from '../kafka-errors';
import type { KafkaLink } from '../kafka-link';
import { groupBy, offsetsOf, type OffsetTable } from '../list-offsets';
import {
  CONSUMER_GROUP_DESCRIBE,
  encodeConsumerGroupDescribe,
  fromClassicMember,
  readConsumerGroupDescribe,
  type DescribedGroup,
  type DescribedMember,
} from '../wire/group-describe';
import {
  encodeShareGroupOffsets,
  readShareGroupDescribe,
  readShareGroupOffsets,
  SHARE_GROUP_DESCRIBE,
  SHARE_GROUP_OFFSETS,
} from '../wire/share-group';
import { inTurns } from './in-turns';

export interface ListedGroup {
  readonly group: string;
  /** The broker that lists a group is its coordinator. */
  readonly coordinator: number;
  /** It shares the records of a partition one by one (KIP-932): other questions, and a start offset instead of a committed one. */
  readonly share: boolean;
}

export interface SurveyedGroup extends ListedGroup {
  /** Ours, of four; never "dead" for a listed group. */
  readonly state: 'stable' | 'empty' | 'rebalancing' | 'unknown';
  readonly protocol: 'classic' | 'consumer' | 'share' | 'unknown';
  /** `null` = not known. */
  readonly members: readonly DescribedMember[] | null;
  /** Committed offsets of all topics (of a share group: up to where everything was taken); `null` = could not be read. */
  readonly committed: OffsetTable | null;
}

export interface Missing {
  readonly part: string;
  readonly reason: string;
}

const DESCRIBE_AT_ONCE = 50;
const OFFSETS_AT_ONCE = 4;

interface ListAnswer {
  readonly errorCode: number;
  readonly groups: readonly { groupId: string; protocolType: string }[];
}

interface ClassicAnswer {
  readonly groups: readonly {
    errorCode: number;
    groupId: string;
    state: string;
    members: readonly Parameters<typeof fromClassicMember>[0][];
  }[];
}

interface OffsetAnswer {
  readonly errorCode?: number;
  readonly responses: readonly { topic: string; partitions: readonly { partition: number; offset: string; errorCode: number }[] }[];
}

/** Consumer groups, their members and committed offsets, over all brokers; what could not be read is told in `missing`. */
export class GroupSurvey {
  /** Groups of the new protocol, so that each look asks for them directly. */
  private readonly modern = new Set<string>();

  constructor(private readonly link: KafkaLink) {}

  async list(missing: Missing[]): Promise<ListedGroup[]> {
    const lists = await Promise.all(this.link.nodeIds().map((nodeId) => this.listOf(nodeId, missing)));
    return lists.flat().sort((a, b) => (a.group < b.group ? -1 : 1));
  }

  private async listOf(nodeId: number, missing: Missing[]): Promise<ListedGroup[]> {
    try {
      const { errorCode, groups } = await this.link.ask<ListAnswer>(nodeId, 'ListGroups', {});
      if (errorCode !== 0) missing.push({ part: `groups of broker ${nodeId}`, reason: errorName(errorCode) });
      // An empty type: only offsets, committed by a client without a group membership.
      return groups
        .filter((one) => ['consumer', 'share', ''].includes(one.protocolType))
        .map((one) => ({ group: one.groupId, coordinator: nodeId, share: one.protocolType === 'share' }));
    } catch (error) {
      missing.push({ part: `groups of broker ${nodeId}`, reason: problemOf(error).text });
      return [];
    }
  }

  /** Members and offsets of these groups. Offsets are read here, so before the ends of the logs. */
  async survey(groups: readonly ListedGroup[], missing: Missing[]): Promise<SurveyedGroup[]> {
    const [described, committed] = await Promise.all([this.describe(groups, missing), this.committed(groups, missing)]);
    return groups.map((listed) => ({
      ...listed,
      ...(described.get(listed.group) ?? UNKNOWN),
      committed: committed.get(listed.group) ?? null,
    }));
  }

  private async describe(groups: readonly ListedGroup[], missing: Missing[]): Promise<Map<string, Described>> {
    const described = new Map<string, Described>();
    const byCoordinator = groupBy(groups, (one) => `${one.coordinator} ${one.share}`);
    await Promise.all(
      [...byCoordinator.values()].map(async (ofNode) => {
        for (const some of inChunks(ofNode, DESCRIBE_AT_ONCE)) {
          const [{ coordinator, share }] = some as [ListedGroup];
          const names = some.map((one) => one.group);
          try {
            const found = share ? await this.describeShared(coordinator, names) : await this.describeAt(coordinator, names);
            for (const [group, one] of found) described.set(group, one);
          } catch (error) {
            missing.push({ part: `members of ${some.length} groups`, reason: problemOf(error).text });
          }
        }
      }),
    );
    return described;
  }

  private async describeAt(coordinator: number, groups: readonly string[]): Promise<Map<string, Described>> {
    const result = new Map<string, Described>();
    const classic = groups.filter((group) => !this.modern.has(group));
    const unsolved = groups.filter((group) => this.modern.has(group));
    if (classic.length > 0) {
      const answer = await this.link.ask<ClassicAnswer>(coordinator, 'DescribeGroups', { groupIds: classic });
      for (const one of answer.groups) {
        if (one.errorCode === 0 && one.state === 'Dead') unsolved.push(one.groupId);
        else
          result.set(
            one.groupId,
            toDescribed(
              { group: one.groupId, errorCode: one.errorCode, state: one.state, members: one.members.map(fromClassicMember) },
              'classic',
            ),
          );
      }
    }
    for (const one of await this.describeModern(coordinator, unsolved)) {
      if (one.errorCode === 0) this.modern.add(one.group);
      else this.modern.delete(one.group);
      result.set(one.group, toDescribed(one, one.errorCode === 0 ? 'consumer' : 'unknown'));
    }
    return result;
  }

  private async describeShared(coordinator: number, groups: readonly string[]): Promise<Map<string, Described>> {
    if ((await this.link.versionOf(coordinator, SHARE_GROUP_DESCRIBE)) < 1)
      return new Map(groups.map((group) => [group, { ...UNKNOWN, protocol: 'share' }]));
    const request = { apiKey: SHARE_GROUP_DESCRIBE, apiName: 'ShareGroupDescribe', apiVersion: 1 };
    const answer = await this.link.send(coordinator, {
      ...request,
      bytes: encodeConsumerGroupDescribe(groups),
      read: readShareGroupDescribe,
    });
    return new Map(answer.groups.map((one) => [one.group, { ...toDescribed(one, 'share'), protocol: 'share' }]));
  }

  private async describeModern(coordinator: number, groups: readonly string[]): Promise<readonly DescribedGroup[]> {
    if (groups.length === 0 || (await this.link.versionOf(coordinator, CONSUMER_GROUP_DESCRIBE)) < 0) return [];
    const request = { apiKey: CONSUMER_GROUP_DESCRIBE, apiName: 'ConsumerGroupDescribe', apiVersion: 0 };
    return (await this.link.send(coordinator, { ...request, bytes: encodeConsumerGroupDescribe(groups), read: readConsumerGroupDescribe }))
      .groups;
  }

  private async committed(groups: readonly ListedGroup[], missing: Missing[]): Promise<Map<string, OffsetTable>> {
    const tables = new Map<string, OffsetTable>();
    const byCoordinator = groupBy(groups, (one) => one.coordinator);
    await Promise.all(
      [...byCoordinator].map(([coordinator, ofNode]) =>
        inTurns(ofNode, OFFSETS_AT_ONCE, async ({ group, share }) => {
          try {
            const table = await (share ? this.startsOf(coordinator, group) : this.committedOf(coordinator, group));
            if (typeof table === 'string') missing.push({ part: `offsets of group ${group}`, reason: table });
            else tables.set(group, table);
          } catch (error) {
            missing.push({ part: `offsets of group ${group}`, reason: problemOf(error).text });
          }
        }),
      ),
    );
    return tables;
  }

  private async startsOf(coordinator: number, group: string): Promise<OffsetTable | string> {
    if ((await this.link.versionOf(coordinator, SHARE_GROUP_OFFSETS)) < 0) return 'this Kafka does not tell the offsets of share groups';
    const request = { apiKey: SHARE_GROUP_OFFSETS, apiName: 'DescribeShareGroupOffsets', apiVersion: 0 };
    const { groups } = await this.link.send(coordinator, {
      ...request,
      bytes: encodeShareGroupOffsets(group),
      read: readShareGroupOffsets,
    });
    const table: OffsetTable = new Map();
    for (const { errorCode, topics } of groups) {
      if (errorCode !== 0) return errorName(errorCode);
      for (const { topic, partitions } of topics)
        for (const one of partitions) if (one.errorCode === 0 && one.start >= 0) offsetsOf(table, topic).set(one.partition, one.start);
    }
    return table;
  }

  private async committedOf(coordinator: number, group: string): Promise<OffsetTable | string> {
    // An empty list of topics is kafkajs' way to say "all".
    const answer = await this.link.ask<OffsetAnswer>(coordinator, 'OffsetFetch', { groupId: group, topics: [] });
    if (answer.errorCode) return errorName(answer.errorCode);
    const table: OffsetTable = new Map();
    for (const { topic, partitions } of answer.responses) {
      for (const { partition, offset, errorCode } of partitions)
        if (errorCode === 0 && Number(offset) >= 0) offsetsOf(table, topic).set(partition, Number(offset));
    }
    return table;
  }
}

type Described = Pick<SurveyedGroup, 'state' | 'protocol' | 'members'>;
const UNKNOWN: Described = { state: 'unknown', protocol: 'unknown', members: null };

function toDescribed({ errorCode, state, members }: DescribedGroup, protocol: Described['protocol']): Described {
  return errorCode === 0 ? { state: stateOf(state), protocol, members } : UNKNOWN;
}

function stateOf(state: string): Described['state'] {
  switch (state.toLowerCase()) {
    case 'stable':
      return 'stable';
    case 'empty':
      return 'empty';
    case 'preparingrebalance':
    case 'completingrebalance':
    case 'assigning':
    case 'reconciling':
      return 'rebalancing';
    default:
      return 'unknown';
  }
}

/** Topics that a group has to do with: by a commit, an assignment or a subscription. */
export function topicsOf({ committed, members }: SurveyedGroup): ReadonlySet<string> {
  const topics = new Set(committed?.keys() ?? []);
  for (const member of members ?? []) {
    for (const topic of member.topics) topics.add(topic);
    for (const topic of member.assignment.keys()) topics.add(topic);
  }
  return topics;
}

export const membersOn = (group: SurveyedGroup, topic: string): readonly DescribedMember[] =>
  (group.members ?? []).filter((member) => member.assignment.has(topic) || member.topics.includes(topic));

function* inChunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
