import type { Micros } from '@/lib/events/names';
import { errorName } from '../kafkajs-patches';
import type { KafkaLink } from '../kafka-link';
import { failOn, problemOf } from '../kafka-errors';
import { groupBy, listOffsets } from '../list-offsets';
import { readFetchResponse, type FetchedPartition } from '../wire/fetch-response';
import type { HeaderNames } from '../wire/header-names';
import { readRecordSet } from '../wire/record-set';
import { PARTITION_BYTES, type PartitionTable, type ReadPartition } from './partition-table';
import type { RecordBuffer } from './record-buffer';
import { backoffMs, type Signal } from './signal';
import type { TapStatus } from './tap-status';

export interface FetchParts {
  readonly link: KafkaLink;
  readonly table: PartitionTable;
  readonly buffer: RecordBuffer;
  readonly status: TapStatus;
  readonly names: HeaderNames;
  readonly wake: Signal;
  readonly now: () => number;
  readonly closed: () => boolean;
  readonly discoverSoon: () => void;
  readonly maxBodyBytes: number;
  readonly readCommitted: boolean;
}

const WAIT_MS = 500;
/** Per answer, all partitions together: a large one stalls the event loop while it is walked. */
const RESPONSE_BYTES = 2 * 1024 * 1024;
const LEAST_BYTES = 64 * 1024;
/** A batch larger than this is passed over. */
const MOST_BATCH_BYTES = 256 * 1024 * 1024;
const PAUSE_AFTER_MS = 250;
const BLOCK_MS = 5_000;

const OFFSET_OUT_OF_RANGE = 1;
const TOPIC_AUTHORIZATION_FAILED = 29;
/** The partition is gone or its leader has moved: the next metadata tells. */
const MOVED = new Set([3, 5, 6, 9, 13, 74, 75, 100]);

/** Reads all partitions whose leader is one node, one fetch at a time, until it leads none. A failure of this node touches no other. */
export async function fetchFrom(nodeId: number, parts: FetchParts): Promise<void> {
  const { table, status, wake, now } = parts;
  const part = `node ${nodeId}`;
  let failures = 0;
  let turn = 0;
  while (!parts.closed()) {
    const all = table.ofLeader(nodeId);
    if (all.length === 0) break;
    if (!(await hasRoom(parts))) continue;
    const ready = rotate(
      all.filter((one) => one.blockedUntil <= now()),
      turn++,
    );
    if (ready.length === 0) {
      await wake.wait(Math.max(10, Math.min(...all.map((one) => one.blockedUntil)) - now()));
      continue;
    }
    try {
      await fetchOnce(nodeId, ready, parts);
      failures = 0;
      status.solved(part);
    } catch (error) {
      if (parts.closed()) break;
      const wait = backoffMs(++failures);
      status.trouble(part, problemOf(error), now() + wait);
      parts.discoverSoon();
      await wake.wait(wait);
    }
  }
  status.solved(part);
}

async function hasRoom({ buffer, status }: FetchParts): Promise<boolean> {
  if (buffer.room > 0) {
    status.pause(false);
    return true;
  }
  await buffer.waitForRoom(PAUSE_AFTER_MS);
  if (buffer.room <= 0) status.pause(true);
  return false;
}

/** Another partition comes first each time, so that a busy one does not fill every answer. */
function rotate<T>(items: T[], by: number): T[] {
  const first = items.length === 0 ? 0 : by % items.length;
  return first === 0 ? items : [...items.slice(first), ...items.slice(0, first)];
}

async function fetchOnce(nodeId: number, ready: readonly ReadPartition[], parts: FetchParts): Promise<void> {
  const asked = new Map(ready.map((one) => [one, one.position]));
  const maxBytes = Math.max(
    LEAST_BYTES,
    Math.min(RESPONSE_BYTES, parts.buffer.room),
    ...ready.map((one) => (one.maxBytes > PARTITION_BYTES ? one.maxBytes : 0)),
  );
  const response = await parts.link.askRaw(
    nodeId,
    'Fetch',
    {
      replicaId: -1,
      isolationLevel: parts.readCommitted ? 1 : 0,
      maxWaitTime: WAIT_MS,
      minBytes: 1,
      maxBytes,
      rackId: '',
      topics: [...groupBy(ready, (one) => one.topic)].map(([topic, partitions]) => ({
        topic,
        partitions: partitions.map((one) => ({ partition: one.partition, fetchOffset: one.position, maxBytes: one.maxBytes })),
      })),
    },
    readFetchResponse,
  );
  failOn(response.errorCode, 'fetch');
  for (const fetched of response.partitions) {
    const place = parts.table.get(fetched.topic, fetched.partition);
    if (place !== undefined && asked.get(place) === place.position) await take(place, fetched, parts);
  }
}

async function take(place: ReadPartition, fetched: FetchedPartition, parts: FetchParts): Promise<void> {
  const { status, now } = parts;
  switch (fetched.errorCode) {
    case 0:
      status.unnote('permission', place.topic);
      status.unnote('not-readable', `${place.topic}/${place.partition}`);
      return read(place, fetched, parts);
    case OFFSET_OUT_OF_RANGE:
      return backIntoRange(place, parts);
    case TOPIC_AUTHORIZATION_FAILED:
      place.blockedUntil = now() + BLOCK_MS;
      status.note({ kind: 'permission', subject: place.topic, text: missingRead(place.topic) });
      return;
    default:
      place.blockedUntil = now() + (MOVED.has(fetched.errorCode) ? 250 : BLOCK_MS);
      if (MOVED.has(fetched.errorCode)) parts.discoverSoon();
      else {
        const text = `Kafka can't give partition ${place.partition} of ${place.topic} (${errorName(fetched.errorCode)}). We try again every few seconds; the other partitions are read.`;
        status.note({ kind: 'not-readable', subject: `${place.topic}/${place.partition}`, text });
      }
  }
}

export const missingRead = (topic: string): string =>
  `Our user may not read ${topic}: give it READ on this topic. The other topics are read.`;

function read(place: ReadPartition, fetched: FetchedPartition, parts: FetchParts): void {
  const set = readRecordSet({
    channel: place.topic,
    partition: place.partition,
    bytes: fetched.records,
    fetchOffset: place.position,
    aborted: parts.readCommitted ? fetched.aborted : [],
    maxBodyBytes: parts.maxBodyBytes,
    observedAt: nowMicros(parts.now),
    names: parts.names,
  });
  if (set.wanted > 0) return enlarge(place, fetched, set.wanted, parts);
  if (set.nextOffset === place.position) return;
  place.position = set.nextOffset;
  place.maxBytes = PARTITION_BYTES;
  parts.buffer.push({
    topic: place.topic,
    partition: place.partition,
    records: set.records,
    gaps: set.gaps,
    nextOffset: set.nextOffset,
    bytes: set.bytes,
  });
}

/** Brokers give the first batch whole even if it is larger than asked for; the ones that don't are asked for as much as it takes. */
function enlarge(place: ReadPartition, { records }: FetchedPartition, wanted: number, parts: FetchParts): void {
  if (wanted <= MOST_BATCH_BYTES) {
    place.maxBytes = wanted + LEAST_BYTES;
    return;
  }
  const lastOffset = records.length >= 27 ? Number(records.readBigInt64BE(0)) + Math.max(0, records.readInt32BE(23)) : place.position;
  lose(place, lastOffset + 1, null, 'too-large', `a batch of ${wanted} bytes`, parts);
}

/** Retention took what we had not read yet, or the topic was cut or made anew. */
async function backIntoRange(place: ReadPartition, parts: FetchParts): Promise<void> {
  const failed = (error: unknown): never => {
    throw error;
  };
  const [starts, ends] = await Promise.all([
    listOffsets(parts.link, [place], 'log-start', failed),
    listOffsets(parts.link, [place], 'high-watermark', failed),
  ]);
  const start = starts.get(place.topic)?.get(place.partition);
  const end = ends.get(place.topic)?.get(place.partition);
  if (!parts.table.holds(place)) return;
  if (start === undefined || end === undefined) {
    place.blockedUntil = parts.now() + 250;
    return parts.discoverSoon();
  }
  if (place.position < start) {
    return lose(
      place,
      start,
      start - place.position,
      'lost-to-retention',
      'deleted by retention before it was read; the count is in offsets, transaction markers among them',
      parts,
    );
  }
  if (place.position > end) {
    const text = `we stood at offset ${place.position}, the partition ends at ${end}: it was cut or made anew, so it is read from its start`;
    parts.buffer.push({
      topic: place.topic,
      partition: place.partition,
      records: [],
      gaps: [
        {
          channel: place.topic,
          partition: place.partition,
          fromOffset: start,
          toOffset: null,
          count: null,
          reason: 'uncertain',
          detail: text,
          at: nowMicros(parts.now),
        },
      ],
      nextOffset: start,
      bytes: 0,
    });
    place.position = start;
  }
}

function lose(
  place: ReadPartition,
  next: number,
  count: number | null,
  reason: 'lost-to-retention' | 'too-large',
  detail: string,
  parts: FetchParts,
): void {
  const gap = {
    channel: place.topic,
    partition: place.partition,
    fromOffset: place.position,
    toOffset: next - 1,
    count,
    reason,
    detail,
    at: nowMicros(parts.now),
  };
  place.position = next;
  parts.buffer.push({ topic: place.topic, partition: place.partition, records: [], gaps: [gap], nextOffset: next, bytes: 0 });
}

const nowMicros = (now: () => number): Micros => Math.round(now() * 1000);
