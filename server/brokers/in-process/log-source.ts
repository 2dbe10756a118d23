import type { ChannelName, Micros } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';
import { matcherOf } from '@/lib/topology/name-pattern';
import type { TapGap, TapOptions } from '../broker';
import type { InProcessEngine } from './engine';
import { type SourceBatch, type TapSource, bodyWithin } from './in-process-tap';
import { type EngineRecord, isRead, sizeOf } from './message';
import { lastStable } from './last-stable';
import type { Ring } from './ring';

interface Reading {
  readonly topic: ChannelName;
  readonly partition: number;
  readonly log: Ring<EngineRecord>;
  next: number;
}

/** Reads topics in the role `kafka`: without a group, by offsets; over partitions in the order in which the records were written. */
export function openLogSource(engine: InProcessEngine, options: TapOptions): TapSource {
  const [included, excluded] = [matcherOf(options.include), matcherOf(options.exclude)];
  const readings = new Map<string, Reading>();
  const early: TapGap[] = [];
  const nowMicros = (): Micros => engine.clock.now() * 1000;

  function find(isStart: boolean): void {
    for (const topic of engine.topics.topics.values()) {
      if (!included(topic.name) || excluded(topic.name)) continue;
      topic.partitions.forEach((log, partition) => {
        const key = `${topic.name}/${partition}`;
        // A topic that was deleted and made again is another log.
        if (readings.get(key)?.log === log) return;
        const asked = isStart ? options.resume.offsets.get(topic.name)?.get(partition) : undefined;
        readings.set(key, { topic: topic.name, partition, log, next: startOf(topic.name, partition, log, asked, isStart) });
      });
    }
    for (const [key, reading] of readings)
      if (engine.topics.topics.get(reading.topic)?.partitions[reading.partition] !== reading.log) readings.delete(key);
  }

  function startOf(topic: ChannelName, partition: number, log: Ring<EngineRecord>, asked: number | undefined, isStart: boolean): number {
    if (asked === undefined) return isStart && options.startAt === 'now' ? log.end : log.first;
    // Before its origin nothing was ever written: that is no loss, the engine is only a new one.
    if (asked <= log.end) return Math.max(asked, log.origin);
    const detail = `offset ${asked} is asked for, but the partition ends at ${log.end}: it is another one than was read before`;
    early.push({ channel: topic, partition, fromOffset: null, toOffset: null, count: null, reason: 'uncertain', detail, at: nowMicros() });
    return log.first;
  }

  function lostToRetention({ topic, partition, log, next }: Reading): TapGap {
    const count = log.first - next;
    const detail = `the in-process broker keeps a bounded number of records; ${count} were gone before they were read`;
    return {
      channel: topic,
      partition,
      fromOffset: next,
      toOffset: log.first - 1,
      count,
      reason: 'lost-to-retention',
      detail,
      at: nowMicros(),
    };
  }

  function undecodable({ topic, partition }: Reading, offset: number): TapGap {
    return {
      channel: topic,
      partition,
      fromOffset: offset,
      toOffset: offset,
      count: 1,
      reason: 'codec',
      detail: 'a batch that cannot be decompressed',
      at: nowMicros(),
    };
  }

  function toRecord(record: EngineRecord): RawRecord {
    return {
      channel: record.topic,
      partition: record.partition,
      offset: record.offset,
      routingKey: null,
      key: record.key,
      headers: record.headers,
      body: bodyWithin(record.body, options.maxBodyBytes),
      bodySize: record.body?.length ?? 0,
      publishedAt: record.timestamp * 1000,
      publishedAtBy: 'producer',
      observedAt: nowMicros(),
      inboxes: [],
    };
  }

  find(true);
  return {
    notes: [],
    channels: () => {
      find(false);
      return [...new Set([...readings.values()].map(({ topic }) => topic))].toSorted();
    },
    read(_, limit): SourceBatch | null {
      find(false);
      const records: RawRecord[] = [];
      const gaps = early.splice(0);
      const offsets = new Map<ChannelName, Map<number, number>>();
      const moveTo = (reading: Reading, next: number): void => {
        reading.next = next;
        const known = offsets.get(reading.topic) ?? new Map<number, number>();
        offsets.set(reading.topic, known.set(reading.partition, next));
      };
      for (const reading of readings.values()) {
        if (reading.next >= reading.log.first) continue;
        gaps.push(lostToRetention(reading));
        moveTo(reading, reading.log.first);
      }
      for (let bytes = 0; records.length < limit.records;) {
        const [reading, record] = oldest(readings.values());
        if (reading === null) break;
        const size = sizeOf(record.headers, record.body);
        if (bytes > 0 && bytes + size > limit.bytes) break;
        bytes += size;
        if (record.undecodable) gaps.push(undecodable(reading, record.offset));
        else if (isRead(record, true)) records.push(toRecord(record));
        moveTo(reading, record.offset + 1);
      }
      return records.length === 0 && gaps.length === 0 ? null : { records, gaps, offsets };
    },
    // The position of a log is the store's; the broker is told nothing.
    settle: () => undefined,
    close: () => undefined,
  };
}

/** The reading whose next record was written first, up to what is stable. */
function oldest(readings: Iterable<Reading>): readonly [Reading, EngineRecord] | readonly [null, null] {
  let found: readonly [Reading, EngineRecord] | readonly [null, null] = [null, null];
  for (const reading of readings) {
    // Holes that compaction left are no events, and no loss.
    while (reading.next < reading.log.end && reading.log.at(reading.next) === undefined) reading.next += 1;
    const record = reading.next < lastStable(reading.log) ? reading.log.at(reading.next) : undefined;
    if (record !== undefined && (found[1] === null || record.sequence < found[1].sequence)) found = [reading, record];
  }
  return found;
}
