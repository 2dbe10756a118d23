import type { EventHeader } from '@/lib/events/observed-event';
import type { EngineClock } from './clock';
import { engineError } from './errors';
import { type EngineRecord, sizeOf } from './message';
import { partitionOfKey } from './murmur2';
import { Ring, type RingBounds } from './ring';

export interface NewRecord {
  readonly topic: string;
  /** By the key's hash when not given; in turn when there is no key. */
  readonly partition?: number;
  readonly key: Uint8Array | null;
  readonly headers: readonly EventHeader[];
  readonly body: Uint8Array | null;
  /** Milliseconds since 1970; now, when not given. */
  readonly timestamp?: number;
}

export interface TopicOptions {
  readonly partitions?: number;
  /** `cleanup.policy=compact`: of older records the newest of each key stays; see `compact`. */
  readonly compact?: boolean;
}

export interface Topic {
  readonly name: string;
  readonly compact: boolean;
  readonly partitions: readonly Ring<EngineRecord>[];
}

export interface TopicsOptions {
  readonly clock: EngineClock;
  /** What each partition keeps. */
  readonly keep: RingBounds;
  readonly firstOffset: number;
  readonly onAppend: () => void;
  readonly onTopics: () => void;
}

/** The transaction within which records are written: it is told where its first one went in each log. */
export interface Writer {
  readonly state: 'open' | 'committed' | 'aborted';
  wrote(log: Ring<EngineRecord>, topic: string, partition: number, offset: number): void;
}

interface Appending {
  readonly undecodable?: boolean;
  readonly marker?: boolean;
  readonly transaction?: Writer;
}

/** Partitioned logs, each bounded: the oldest records go first, as by retention. */
export class Topics {
  readonly topics = new Map<string, Topic>();
  private sequence = 0;
  private turn = 0;

  constructor(private readonly options: TopicsOptions) {}

  declare(name: string, { partitions = 1, compact = false }: TopicOptions): void {
    if (this.topics.has(name)) return;
    const { keep, firstOffset } = this.options;
    this.topics.set(name, {
      name,
      compact,
      partitions: Array.from({ length: Math.max(1, partitions) }, () => new Ring<EngineRecord>(keep, firstOffset)),
    });
    this.options.onTopics();
  }

  delete(name: string): void {
    if (this.topics.delete(name)) this.options.onTopics();
  }

  topic(name: string): Topic {
    const topic = this.topics.get(name);
    if (topic === undefined) throw engineError('not-found', `no topic ${name}`);
    return topic;
  }

  partition(name: string, partition: number): Ring<EngineRecord> {
    const log = this.topic(name).partitions[partition];
    if (log === undefined) throw engineError('not-found', `topic ${name} has no partition ${partition}`);
    return log;
  }

  append(record: NewRecord, { undecodable = false, marker = false, transaction }: Appending = {}): { partition: number; offset: number } {
    const { partitions } = this.topic(record.topic);
    const partition =
      record.partition ?? (record.key === null ? (this.turn += 1) % partitions.length : partitionOfKey(record.key, partitions.length));
    const log = this.partition(record.topic, partition);
    const { topic, key, headers, body } = record;
    const timestamp = record.timestamp ?? this.options.clock.now();
    const offset = log.push(
      {
        topic,
        partition,
        offset: log.end,
        key,
        headers,
        body,
        timestamp,
        sequence: (this.sequence += 1),
        undecodable,
        marker,
        transaction: transaction ?? null,
      },
      sizeOf(headers, body) + (key?.length ?? 0),
    );
    transaction?.wrote(log, topic, partition, offset);
    this.options.onAppend();
    return { partition, offset };
  }

  /** Removes from a compacted topic what a newer record of the same key replaces; offsets stay, with holes. Answers how many went. */
  compact(name: string): number {
    const { compact, partitions } = this.topic(name);
    if (!compact) throw engineError('precondition-failed', `topic ${name} is not compacted`);
    let removed = 0;
    for (const log of partitions) {
      const seen = new Set<string>();
      for (let offset = log.end - 1; offset >= log.first; offset -= 1) {
        const record = log.at(offset);
        if (record === undefined || record.key === null || record.transaction?.state === 'open') continue;
        const key = Buffer.from(record.key).toString('latin1');
        if (seen.has(key) && log.remove(offset)) removed += 1;
        seen.add(key);
      }
    }
    return removed;
  }
}
