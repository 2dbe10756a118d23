import type { TapOptions } from '@/server/brokers/broker';
import type { KafkaLink } from '../kafka-link';
import { listOffsets, type OffsetTable } from '../list-offsets';
import type { PartitionTable } from './partition-table';

export interface FoundPartition {
  readonly topic: string;
  readonly topicId: string | null;
  readonly partition: number;
  readonly leader: number;
}

/**
 * Where to begin in partitions that are new to the tap, in this order: where we stood before they were gone for a while; the start of a topic
 * that was made anew; the largest of what the store, and with a group the broker, knows; on the very first start, for what was there then,
 * as the configuration says (`startAt`); else the start: what comes into being while we run, or ran not, is read whole.
 */
export class StartPositions {
  private readonly thereAtStart = new Set<string>();
  private readonly veryFirst: boolean;
  private looked = false;

  constructor(
    private readonly link: KafkaLink,
    private readonly table: PartitionTable,
    private readonly options: TapOptions,
  ) {
    this.veryFirst = options.resume.batch === 0 && options.resume.offsets.size === 0;
  }

  /** Tells what the first look at the cluster found. */
  firstLook(found: readonly FoundPartition[]): void {
    if (this.looked) return;
    this.looked = true;
    if (this.veryFirst) for (const one of found) this.thereAtStart.add(`${one.topic}/${one.partition}`);
  }

  /** Leaves out partitions whose leader does not answer now. `committed`: what our own group has on the broker. */
  async of(
    found: readonly FoundPartition[],
    resume: TapOptions['resume']['offsets'],
    committed: OffsetTable | null,
  ): Promise<Map<FoundPartition, number>> {
    const known = new Map<FoundPartition, number>();
    const fromStart: FoundPartition[] = [];
    const fromNow: FoundPartition[] = [];
    for (const one of found) {
      const position = this.known(one, resume, committed);
      if (position !== null) known.set(one, position);
      else if (this.startsNow(one)) fromNow.push(one);
      else fromStart.push(one);
    }
    const [starts, ends] = await Promise.all([
      listOffsets(this.link, fromStart, 'log-start'),
      listOffsets(this.link, fromNow, 'last-stable'),
    ]);
    for (const one of [...fromStart, ...fromNow]) {
      const offset = (starts.get(one.topic) ?? ends.get(one.topic))?.get(one.partition) ?? ends.get(one.topic)?.get(one.partition);
      if (offset !== undefined) known.set(one, offset);
    }
    return known;
  }

  private known(
    { topic, topicId, partition }: FoundPartition,
    resume: TapOptions['resume']['offsets'],
    committed: OffsetTable | null,
  ): number | null {
    const before = this.table.positionBefore(topic, partition, topicId);
    if (before !== null) return before;
    if (this.table.knew(topic, partition)) return null;
    const positions = [resume.get(topic)?.get(partition), committed?.get(topic)?.get(partition)].filter((one) => one !== undefined);
    return positions.length === 0 ? null : Math.max(...positions);
  }

  private startsNow({ topic, partition }: FoundPartition): boolean {
    return this.options.startAt === 'now' && this.thereAtStart.has(`${topic}/${partition}`) && !this.table.knew(topic, partition);
  }
}
