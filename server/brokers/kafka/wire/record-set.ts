import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import type { ChannelName, Micros } from '@/lib/events/names';
import type { TapGap } from '@/server/brokers/broker';
import { CodecError, unpack } from '../../../compression/codecs';
import type { HeaderNames } from './header-names';
import { readMessage } from './message-set';
import { RecordCursor } from './record-cursor';

/**
 * Walks what a fetch gave for one partition, in place: batch after batch, record after record, without copying. Keys, values and headers are
 * views into the fetch's buffer (or into the unpacked batch).
 *
 * Invariant: `nextOffset` always moves past whatever was walked, read or not, so that nothing bad is ever fetched twice. What can't be read
 * becomes a gap with its place: a record if its frame is sound, else the rest of its batch. The broker verified the checksum when it took the
 * batch, so we don't again. Guarded by record-set.test.ts, which builds its batches byte by byte.
 */
export interface RecordSetSource {
  readonly channel: ChannelName;
  readonly partition: number;
  readonly bytes: Buffer;
  readonly fetchOffset: number;
  /** Transactions that were rolled back, as the broker lists them for this fetch (isolation "read committed"). */
  readonly aborted: readonly AbortedTransaction[];
  readonly maxBodyBytes: number;
  readonly observedAt: Micros;
  readonly names: HeaderNames;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

export interface RecordSet {
  readonly records: RawRecord[];
  readonly gaps: TapGap[];
  /** Where to fetch next; equal to `fetchOffset` only when not even one whole batch was there. */
  readonly nextOffset: number;
  /** Bytes of keys, bodies and headers. */
  readonly bytes: number;
  /** Size of the first batch when it was cut off by the fetch's limit, else 0. */
  readonly wanted: number;
}

const BATCH_HEADER = 61;
const LOG_OVERHEAD = 12;
const CONTROL = 32;
const TRANSACTIONAL = 16;
const LOG_APPEND_TIME = 8;
const NOTHING: readonly never[] = [];

export function readRecordSet(source: RecordSetSource): RecordSet {
  return new RecordSetWalk(source).walk();
}

class RecordSetWalk {
  private readonly records: RawRecord[] = [];
  private readonly gaps: TapGap[] = [];
  private readonly pendingAborts: AbortedTransaction[];
  private readonly abortedProducers = new Set<number>();
  private nextOffset: number;
  private size = 0;

  constructor(private readonly source: RecordSetSource) {
    this.nextOffset = source.fetchOffset;
    this.pendingAborts = [...source.aborted].sort((a, b) => a.firstOffset - b.firstOffset);
  }

  walk(): RecordSet {
    const { bytes } = this.source;
    let at = 0;
    let wanted = 0;
    while (at + LOG_OVERHEAD + 5 <= bytes.length) {
      const total = LOG_OVERHEAD + bytes.readInt32BE(at + 8);
      if (total < LOG_OVERHEAD + 14) {
        this.gap(this.nextOffset, this.nextOffset, null, 'undecodable', `a batch says it is ${total} bytes long`);
        break;
      }
      if (at + total > bytes.length) {
        if (at === 0) wanted = total;
        break;
      }
      if ((bytes[at + 16] ?? 0) === 2) this.batch(at, at + total);
      else this.oldMessage(at, at + total);
      at += total;
    }
    return { records: this.records, gaps: this.gaps, nextOffset: this.nextOffset, bytes: this.size, wanted };
  }

  private batch(at: number, end: number): void {
    const { bytes, fetchOffset } = this.source;
    if (end - at < BATCH_HEADER)
      return this.gap(this.nextOffset, this.nextOffset, null, 'undecodable', 'a batch is shorter than its header');
    const baseOffset = int64(bytes, at);
    const lastOffset = baseOffset + Math.max(0, bytes.readInt32BE(at + 23));
    if (lastOffset < fetchOffset) return;
    const attributes = bytes.readInt16BE(at + 21);
    const producerId = int64(bytes, at + 43);
    const count = bytes.readInt32BE(at + 57);
    this.startAborts(lastOffset);
    if (attributes & CONTROL) this.marker(at, producerId);
    else if (!(attributes & TRANSACTIONAL && this.abortedProducers.has(producerId)))
      this.events(at, end, baseOffset, lastOffset, attributes, count);
    this.nextOffset = Math.max(this.nextOffset, lastOffset + 1);
  }

  private startAborts(lastOffset: number): void {
    for (let first = this.pendingAborts[0]; first !== undefined && first.firstOffset <= lastOffset; first = this.pendingAborts[0]) {
      this.abortedProducers.add(first.producerId);
      this.pendingAborts.shift();
    }
  }

  /** A control batch holds one record whose key says 0 = abort, 1 = commit. Either ends its producer's transaction. */
  private marker(at: number, producerId: number): void {
    const cursor = new RecordCursor(this.source.bytes, at + BATCH_HEADER);
    cursor.varint();
    cursor.position += 1;
    cursor.varlong();
    cursor.varint();
    const keyLength = cursor.varint();
    if (keyLength >= 4 && cursor.position + 4 <= this.source.bytes.length && this.source.bytes.readInt16BE(cursor.position + 2) === 0)
      this.abortedProducers.delete(producerId);
  }

  private events(at: number, end: number, baseOffset: number, lastOffset: number, attributes: number, count: number): void {
    const { bytes, fetchOffset } = this.source;
    let body: Buffer;
    try {
      const codec = attributes & 7;
      body = codec === 0 ? bytes : unpack(codec, bytes.subarray(at + BATCH_HEADER, end));
    } catch (error) {
      const reason = error instanceof CodecError ? error.reason : 'codec';
      return this.gap(
        Math.max(baseOffset, fetchOffset),
        lastOffset,
        baseOffset >= fetchOffset ? count : null,
        reason,
        (error as Error).message,
      );
    }
    const plain = body === bytes;
    const cursor = new RecordCursor(body, plain ? at + BATCH_HEADER : 0);
    const bodyEnd = plain ? end : body.length;
    const baseTime = int64(bytes, at + 27);
    const appendTime = attributes & LOG_APPEND_TIME ? int64(bytes, at + 35) : null;
    let expected = baseOffset;
    for (let i = 0; i < count; i++) {
      const length = cursor.varintWithin(bodyEnd);
      const start = cursor.position;
      if (!(length >= 6 && start + length <= bodyEnd)) {
        // A batch can't hold more records than offsets, whatever it says.
        const missing = Math.min(count - i, lastOffset - expected + 1);
        if (missing > 0)
          this.gap(
            Math.max(expected, fetchOffset),
            lastOffset,
            missing,
            'undecodable',
            `record ${i + 1} of ${count} has a length of ${length}`,
          );
        return;
      }
      expected = this.event(cursor, start + length, baseOffset, expected, lastOffset, baseTime, appendTime) + 1;
      cursor.position = start + length;
    }
  }

  /** Reads one record and returns its offset; a record that doesn't fit its own frame becomes a gap of one. */
  private event(
    cursor: RecordCursor,
    end: number,
    baseOffset: number,
    expected: number,
    lastOffset: number,
    baseTime: number,
    appendTime: number | null,
  ): number {
    cursor.position += 1;
    const delta = cursor.varlongWithin(end);
    const offset = baseOffset + cursor.varintWithin(end);
    if (offset < this.source.fetchOffset) return offset;
    try {
      if (!(offset >= expected && offset <= lastOffset && delta === delta)) throw new RangeError('a record has no sound offset or time');
      const key = cursor.bytes(end);
      const value = cursor.bytes(end);
      const headers = this.headers(cursor, end);
      this.add(offset, key, value, headers, appendTime ?? baseTime + delta, appendTime === null ? 'producer' : 'broker');
      return offset;
    } catch (error) {
      const at = offset >= expected && offset <= lastOffset ? offset : expected;
      this.gap(at, at, 1, 'undecodable', (error as Error).message);
      return at;
    }
  }

  private headers(cursor: RecordCursor, end: number): readonly EventHeader[] {
    const count = cursor.varintWithin(end);
    if (count === 0) return NOTHING;
    if (!(count >= 0 && count <= end - cursor.position)) throw new RangeError(`a record says it has ${count} headers`);
    const headers: EventHeader[] = [];
    for (let i = 0; i < count; i++) {
      const nameLength = cursor.varintWithin(end);
      const start = cursor.position;
      if (!(nameLength >= 0 && start + nameLength <= end)) throw new RangeError(`header ${i + 1} has a name of ${nameLength} bytes`);
      cursor.position = start + nameLength;
      const name = this.source.names.nameOf(cursor.buffer, start, cursor.position);
      const value = cursor.bytes(end);
      this.size += nameLength + (value === null ? 0 : value.length);
      headers.push({ name, wire: 'kafka', value });
    }
    return headers;
  }

  private add(
    offset: number,
    key: Buffer | null,
    value: Buffer | null,
    headers: readonly EventHeader[],
    timeMs: number,
    by: 'producer' | 'broker',
  ): void {
    const { source } = this;
    const bodySize = value === null ? 0 : value.length;
    // A cut body is copied: the view would keep the whole of a large fetch alive for a small rest.
    const body = bodySize > source.maxBodyBytes ? Buffer.from((value as Buffer).subarray(0, source.maxBodyBytes)) : value;
    const micros = timeMs * 1000;
    const publishedAt = timeMs >= 0 && Number.isSafeInteger(micros) ? micros : null;
    this.size += (key === null ? 0 : key.length) + (body === null ? 0 : body.length);
    this.records.push({
      channel: source.channel,
      partition: source.partition,
      offset,
      routingKey: null,
      key,
      headers,
      body,
      bodySize,
      publishedAt,
      publishedAtBy: publishedAt === null ? null : by,
      observedAt: source.observedAt,
      inboxes: NOTHING,
    });
  }

  /** Formats of before 2017 still lie in old logs: single messages are read, packed ones are passed over as a gap. */
  private oldMessage(at: number, end: number): void {
    const { bytes, fetchOffset } = this.source;
    const offset = int64(bytes, at);
    if (offset < fetchOffset) return;
    const message = readMessage(bytes.subarray(at + LOG_OVERHEAD, end));
    if (message.ok) this.add(offset, message.key, message.value, NOTHING, message.timeMs, message.timeBy);
    else
      this.gap(
        Math.max(this.nextOffset, fetchOffset),
        offset,
        message.packed ? null : 1,
        message.packed ? 'codec' : 'undecodable',
        message.why,
      );
    this.nextOffset = Math.max(this.nextOffset, offset + 1);
  }

  private gap(fromOffset: number, toOffset: number, count: number | null, reason: TapGap['reason'], detail: string): void {
    const { channel, partition, observedAt } = this.source;
    this.gaps.push({ channel, partition, fromOffset, toOffset, count, reason, detail, at: observedAt });
    this.nextOffset = Math.max(this.nextOffset, toOffset + 1);
  }
}

const int64 = (bytes: Buffer, at: number): number => bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4);
