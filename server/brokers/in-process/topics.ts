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

export interface Topic {
  readonly name: string;
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

/** Partitioned logs, each bounded: the oldest records go first, as by retention. */
export class Topics {
  readonly topics = new Map<string, Topic>();
  private sequence = 0;
  private turn = 0;

  constructor(private readonly options: TopicsOptions) {}

  declare(name: string, partitions: number): void {
    if (this.topics.has(name)) return;
    const { keep, firstOffset } = this.options;
    this.topics.set(name, {
      name,
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

  append(record: NewRecord, undecodable = false): { readonly partition: number; readonly offset: number } {
    const { partitions } = this.topic(record.topic);
    const partition =
      record.partition ?? (record.key === null ? (this.turn += 1) % partitions.length : partitionOfKey(record.key, partitions.length));
    const log = this.partition(record.topic, partition);
    const { topic, key, headers, body } = record;
    const timestamp = record.timestamp ?? this.options.clock.now();
    const offset = log.push(
      { topic, partition, offset: log.end, key, headers, body, timestamp, sequence: (this.sequence += 1), undecodable },
      sizeOf(headers, body) + (key?.length ?? 0),
    );
    this.options.onAppend();
    return { partition, offset };
  }
}
