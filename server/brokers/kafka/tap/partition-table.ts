/** One partition that the tap reads. The object is its identity: an answer to a fetch counts only while the same object is in the table. */
export interface ReadPartition {
  readonly topic: string;
  readonly topicId: string | null;
  readonly partition: number;
  leader: number;
  /** Next offset to fetch. */
  position: number;
  /** Grows when a single batch is larger than a fetch. */
  maxBytes: number;
  /** Not fetched before this (ms since 1970): no permission, or its leader is moving. */
  blockedUntil: number;
}

export const PARTITION_BYTES = 1024 * 1024;

/** The partitions of a tap, by leader. Remembers where it stood in those that left, for the case that they come back. */
export class PartitionTable {
  private readonly partitions = new Map<string, ReadPartition>();
  private readonly left = new Map<string, { readonly topicId: string | null; readonly position: number }>();

  get(topic: string, partition: number): ReadPartition | undefined {
    return this.partitions.get(keyOf(topic, partition));
  }

  /** Where we stood in a partition that was gone for a while; null when it is a topic made anew under an old name. */
  positionBefore(topic: string, partition: number, topicId: string | null): number | null {
    const before = this.left.get(keyOf(topic, partition));
    return before !== undefined && before.topicId === topicId ? before.position : null;
  }

  knew(topic: string, partition: number): boolean {
    return this.left.has(keyOf(topic, partition));
  }

  add(partition: ReadPartition): void {
    const key = keyOf(partition.topic, partition.partition);
    this.partitions.set(key, partition);
    this.left.delete(key);
  }

  remove(partition: ReadPartition): void {
    const key = keyOf(partition.topic, partition.partition);
    if (this.partitions.get(key) !== partition) return;
    this.partitions.delete(key);
    this.left.set(key, { topicId: partition.topicId, position: partition.position });
  }

  /** Forgets all, also where it stood: the positions will come from somewhere else. */
  clear(): void {
    this.partitions.clear();
    this.left.clear();
  }

  holds(partition: ReadPartition): boolean {
    return this.get(partition.topic, partition.partition) === partition;
  }

  all(): readonly ReadPartition[] {
    return [...this.partitions.values()];
  }

  ofLeader(leader: number): ReadPartition[] {
    return this.all().filter((one) => one.leader === leader);
  }

  leaders(): ReadonlySet<number> {
    return new Set(this.all().map((one) => one.leader));
  }

  topics(): readonly string[] {
    return [...new Set(this.all().map((one) => one.topic))].sort();
  }
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;
