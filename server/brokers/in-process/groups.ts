import type { EngineClock } from './clock';
import { engineError } from './errors';
import { type EngineRecord, isRead } from './message';
import type { Topics } from './topics';
import { lastStable } from './last-stable';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetOf extends TopicPartition {
  /** Next offset to read. */
  readonly offset: number;
}

export interface MemberOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Where a partition is read that the group has never committed. */
  readonly from: 'earliest' | 'latest';
  /** Sees only what was committed (as Kafka's own default, everything is seen). */
  readonly isolation?: 'read_committed' | 'read_uncommitted';
}

export interface Group {
  readonly name: string;
  readonly committed: Map<string, Map<number, number>>;
  readonly members: Member[];
  generation: number;
}

export interface Member {
  readonly id: string;
  readonly client: string;
  readonly options: MemberOptions;
  assigned: readonly TopicPartition[];
  /** Next offset to give, by `topic/partition`, since the last rebalance. */
  positions: Map<string, number>;
  wake: () => void;
  gone: boolean;
}

const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** Consumer groups over topics: every partition of a topic belongs to one member; who comes or goes makes all begin again at what was committed. */
export class Groups {
  readonly groups = new Map<string, Group>();
  private members = 0;

  constructor(
    private readonly topics: Topics,
    private readonly clock: EngineClock,
    /** After a crash the group waits so long before it gives the partitions away. */
    private readonly sessionTimeoutMs: number,
  ) {}

  group(name: string): Group {
    let group = this.groups.get(name);
    if (group === undefined) this.groups.set(name, (group = { name, committed: new Map(), members: [], generation: 0 }));
    return group;
  }

  join(client: string, options: MemberOptions): Member {
    const member: Member = {
      id: `${client}-${(this.members += 1)}`,
      client,
      options,
      assigned: [],
      positions: new Map(),
      wake: () => undefined,
      gone: false,
    };
    const group = this.group(options.group);
    group.members.push(member);
    this.rebalance(group);
    return member;
  }

  leave(member: Member): void {
    const group = this.group(member.options.group);
    const index = group.members.indexOf(member);
    member.gone = true;
    member.wake();
    if (index < 0) return;
    group.members.splice(index, 1);
    this.rebalance(group);
  }

  /** The member says nothing more; the group notices after the session's time. */
  crash(member: Member): void {
    member.gone = true;
    member.wake();
    this.clock.after(this.sessionTimeoutMs, () => this.leave(member));
  }

  /** Records of the member's partitions, at most `max`, from where it stands; empty when there are none now. */
  take(member: Member, max: number): EngineRecord[] {
    if (member.gone) return [];
    const records: EngineRecord[] = [];
    for (const assignment of member.assigned) {
      const log = this.topics.topics.get(assignment.topic)?.partitions[assignment.partition];
      if (log === undefined) continue;
      const committedOnly = member.options.isolation === 'read_committed';
      const end = committedOnly ? lastStable(log) : log.end;
      let offset = Math.max(this.positionOf(member, assignment), log.first);
      for (; offset < end && records.length < max; offset += 1) {
        const record = log.at(offset);
        // What no client can decompress is passed over, as by a client with a lenient codec.
        if (record !== undefined && isRead(record, committedOnly)) records.push(record);
      }
      member.positions.set(keyOf(assignment), offset);
    }
    return records;
  }

  /** Ignored for a partition that is another's now. */
  seek(member: Member, to: OffsetOf): void {
    if (member.assigned.some((assigned) => keyOf(assigned) === keyOf(to))) member.positions.set(keyOf(to), to.offset);
    member.wake();
  }

  commit(member: Member, offsets: readonly OffsetOf[]): void {
    for (const one of offsets) {
      if (member.gone || !member.assigned.some((assigned) => keyOf(assigned) === keyOf(one)))
        throw engineError('rebalanced', `${keyOf(one)} belongs to another member of ${member.options.group} now`);
      this.set(this.group(member.options.group), one);
    }
  }

  /** As an administrator sets offsets: only of a group without members. */
  alter(name: string, offsets: readonly OffsetOf[]): void {
    const group = this.group(name);
    if (group.members.length > 0) throw engineError('precondition-failed', `group ${name} has members`);
    for (const one of offsets) this.set(group, one);
  }

  /** As part of a transaction: the group's position moves whoever its members are. */
  place(name: string, offsets: readonly OffsetOf[]): void {
    for (const one of offsets) this.set(this.group(name), one);
  }

  /** The broker went away: every member is told, and positions stay. */
  endAll(): void {
    for (const group of this.groups.values()) for (const member of group.members.slice()) this.leave(member);
  }

  delete(name: string): void {
    this.groups.delete(name);
  }

  /** A topic came or went: whoever waits for it gets its partitions. */
  topicsChanged(): void {
    for (const group of this.groups.values()) if (group.members.length > 0) this.rebalance(group);
  }

  wakeAll(): void {
    for (const group of this.groups.values()) for (const member of group.members) member.wake();
  }

  private set(group: Group, { topic, partition, offset }: OffsetOf): void {
    const known = group.committed.get(topic) ?? new Map<number, number>();
    known.set(partition, offset);
    group.committed.set(topic, known);
  }

  private positionOf(member: Member, at: TopicPartition): number {
    const known = member.positions.get(keyOf(at)) ?? this.group(member.options.group).committed.get(at.topic)?.get(at.partition);
    if (known !== undefined) return known;
    const log = this.topics.partition(at.topic, at.partition);
    const start = member.options.from === 'earliest' ? log.first : log.end;
    member.positions.set(keyOf(at), start);
    return start;
  }

  private rebalance(group: Group): void {
    const assigned = new Map<Member, TopicPartition[]>(group.members.map((member) => [member, []]));
    for (const topic of this.topics.topics.values()) {
      const shares = [...assigned].filter(([member]) => member.options.topics.includes(topic.name));
      topic.partitions.forEach((_, partition) => shares[partition % shares.length]?.[1].push({ topic: topic.name, partition }));
    }
    if ([...assigned].every(([member, share]) => share.map(keyOf).join() === member.assigned.map(keyOf).join())) return;
    group.generation += 1;
    for (const [member, share] of assigned) {
      member.assigned = share;
      member.positions = new Map();
      // A position from `latest` begins at the moment of the assignment, not of the first poll.
      for (const at of member.assigned) this.positionOf(member, at);
      member.wake();
    }
  }
}
