import type { OffsetTable } from '../list-offsets';
import { fetchFrom, type FetchParts } from './fetcher';
import { PARTITION_BYTES, type ReadPartition } from './partition-table';
import type { FoundPartition, StartPositions } from './start-positions';

export type Resume = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** Reads a given set of partitions, with one fetching loop per leader. */
export class PartitionReader {
  private readonly loops = new Map<number, Promise<void>>();

  constructor(
    private readonly parts: FetchParts,
    private readonly starts: StartPositions,
  ) {}

  /** Makes `found` the set that is read. False when some could not be begun yet, because their leader is unknown or silent. */
  async read(found: readonly FoundPartition[], resume: () => Promise<Resume> | Resume, committed: OffsetTable | null): Promise<boolean> {
    const { table, status } = this.parts;
    let changed = this.removeGone(found);
    const fresh: FoundPartition[] = [];
    for (const one of found) {
      const known = table.get(one.topic, one.partition);
      if (known === undefined) fresh.push(one);
      else if (known.leader !== one.leader) {
        known.leader = one.leader;
        changed = true;
      }
    }
    const positions = fresh.length === 0 ? new Map<FoundPartition, number>() : await this.starts.of(fresh, await resume(), committed);
    for (const [one, position] of positions) this.begin(one, position);
    status.read(table.topics());
    this.startLoops();
    if (changed || positions.size > 0) this.parts.wake.wake();
    return positions.size === fresh.length;
  }

  /** A topic that was made anew under its name is gone, and new. */
  private removeGone(found: readonly FoundPartition[]): boolean {
    const { table, status } = this.parts;
    const now = new Map(found.map((one) => [`${one.topic}/${one.partition}`, one.topicId]));
    let removed = false;
    for (const partition of table.all()) {
      const topicId = now.get(`${partition.topic}/${partition.partition}`);
      if (topicId === partition.topicId) continue;
      table.remove(partition);
      removed = true;
      if (topicId !== undefined) {
        status.note({
          kind: 'uncertain',
          subject: partition.topic,
          text: `${partition.topic} was deleted and made again. It is read from its start; its offsets begin anew, so places of old and new events may be equal.`,
        });
      }
    }
    return removed;
  }

  private begin({ topic, topicId, partition, leader }: FoundPartition, position: number): void {
    const place: ReadPartition = { topic, topicId, partition, leader, position, maxBytes: PARTITION_BYTES, blockedUntil: 0 };
    this.parts.table.add(place);
    // The next batch carries where we began, so that a quiet topic has a checkpoint too.
    this.parts.buffer.push({ topic, partition, records: [], gaps: [], nextOffset: position, bytes: 0 });
  }

  private startLoops(): void {
    for (const leader of this.parts.table.leaders()) {
      if (leader < 0 || this.loops.has(leader)) continue;
      const loop = fetchFrom(leader, this.parts).finally(() => {
        this.loops.delete(leader);
        if (!this.parts.closed()) this.startLoops();
      });
      this.loops.set(leader, loop);
    }
  }

  /** Stops reading everything and forgets what was read but not taken: it belongs to somebody else now, or will be read again. */
  drop(): void {
    this.parts.table.clear();
    this.parts.buffer.clear();
    this.parts.wake.wake();
  }

  async ended(): Promise<void> {
    await Promise.all(this.loops.values());
  }
}
