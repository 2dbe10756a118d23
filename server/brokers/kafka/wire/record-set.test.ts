import { deflateRawSync, gzipSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import * as snappy from 'snappyjs';
import { describe, expect, it } from 'vitest';
import type { RawRecord } from '@/lib/events/observed-event';
import { unpack } from '../../../compression/codecs';
import { HeaderNames } from './header-names';
import { encodeMarker, encodeRecordBatch } from './record-batch.fixture';
import { readRecordSet, type AbortedTransaction, type RecordSet } from './record-set';

interface Reading {
  readonly from?: number;
  readonly aborted?: readonly AbortedTransaction[];
  readonly maxBodyBytes?: number;
}

function read(bytes: Buffer | readonly Buffer[], { from = 0, aborted = [], maxBodyBytes = 1_000_000 }: Reading = {}): RecordSet {
  return readRecordSet({
    channel: 'orders',
    partition: 3,
    bytes: Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes as Buffer[]),
    fetchOffset: from,
    aborted,
    maxBodyBytes,
    observedAt: 42,
    names: new HeaderNames(),
  });
}

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString());
const bodies = (set: { readonly records: readonly RawRecord[] }): (string | null)[] => set.records.map((record) => text(record.body));
const offsets = (set: RecordSet): (number | null)[] => set.records.map((record) => record.offset);
const three = [{ value: 'a' }, { value: 'b' }, { value: 'c' }];

describe('the walk over a record set', () => {
  it('[K10] keeps order, doubles and nulls of headers, empty and null keys and bodies', () => {
    const set = read(
      encodeRecordBatch({
        baseOffset: 7,
        records: [
          {
            key: 'k',
            value: 'body',
            headers: [
              ['a', '1'],
              ['b', null],
              ['a', '2'],
              ['', ''],
            ],
            timeDelta: -5,
          },
          { key: null, value: null },
          { key: '', value: '' },
        ],
      }),
      { from: 7 },
    );
    expect(set.records[0]).toMatchObject({
      channel: 'orders',
      partition: 3,
      offset: 7,
      bodySize: 4,
      publishedAt: 1_699_999_999_995_000,
      publishedAtBy: 'producer',
      observedAt: 42,
    });
    expect(set.records[0]?.headers.map(({ name, wire, value }) => [name, wire, text(value)])).toEqual([
      ['a', 'kafka', '1'],
      ['b', 'kafka', null],
      ['a', 'kafka', '2'],
      ['', 'kafka', ''],
    ]);
    expect(set.records.map(({ key, body }) => [text(key), text(body)])).toEqual([
      ['k', 'body'],
      [null, null],
      ['', ''],
    ]);
    expect(set).toMatchObject({ nextOffset: 10, gaps: [], wanted: 0 });
  });

  it('[K10] says whose clock it was', () => {
    const append = read(encodeRecordBatch({ records: [{ value: 'a', timeDelta: 9 }], attributes: 8, maxTime: 1_800_000_000_000 }));
    expect(append.records[0]).toMatchObject({ publishedAt: 1_800_000_000_000_000, publishedAtBy: 'broker' });
    for (const baseTime of [-1, 9_000_000_000_000_000]) {
      expect(read(encodeRecordBatch({ records: [{ value: 'a' }], baseTime })).records[0]).toMatchObject({
        publishedAt: null,
        publishedAtBy: null,
      });
    }
    expect(
      read(encodeRecordBatch({ records: [{ value: 'a', timeDelta: 200_000_000_000 }], baseTime: 1_000 })).records[0]?.publishedAt,
    ).toBe(200_000_001_000_000);
  });

  it('[K11] starts in the middle of a batch and leaves out what was read before', () => {
    const set = read([encodeRecordBatch({ baseOffset: 0, records: three }), encodeRecordBatch({ baseOffset: 3, records: three })], {
      from: 2,
    });
    expect(offsets(set)).toEqual([2, 3, 4, 5]);
    expect(set.nextOffset).toBe(6);
  });

  it('[K11] moves past what compaction has taken out', () => {
    const set = read(encodeRecordBatch({ baseOffset: 10, records: [{ value: 'x', offsetDelta: 4 }], lastOffsetDelta: 9 }), { from: 10 });
    expect(offsets(set)).toEqual([14]);
    expect(set.nextOffset).toBe(20);
    expect(read(encodeRecordBatch({ baseOffset: 10, records: [], lastOffsetDelta: 9 }), { from: 10 })).toMatchObject({
      records: [],
      gaps: [],
      nextOffset: 20,
    });
  });

  it('leaves a batch that is cut off for the next fetch, and says how much it wants when it is the first', () => {
    const first = encodeRecordBatch({ baseOffset: 0, records: three });
    const second = encodeRecordBatch({ baseOffset: 3, records: three });
    expect(read([first, second.subarray(0, -1)])).toMatchObject({ nextOffset: 3, wanted: 0, gaps: [] });
    expect(read(second.subarray(0, -1), { from: 3 })).toMatchObject({ nextOffset: 3, wanted: second.length, gaps: [] });
  });

  it('cuts long bodies and keeps their size', () => {
    const [record] = read(encodeRecordBatch({ records: [{ value: 'x'.repeat(500) }] }), { maxBodyBytes: 100 }).records;
    expect(record?.body?.length).toBe(100);
    expect(record?.bodySize).toBe(500);
  });

  describe('codecs', () => {
    const packed = (codec: number, pack: (bytes: Buffer) => Buffer): RecordSet => read(encodeRecordBatch({ records: three, codec, pack }));
    const xerial = (...blocks: Buffer[]): Buffer => {
      const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
      const framed = blocks.map((block) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(block.length);
        return Buffer.concat([length, block]);
      });
      return Buffer.concat([header, ...framed]);
    };

    it.each<[string, number, (bytes: Buffer) => Buffer]>([
      ['gzip', 1, (bytes) => gzipSync(bytes)],
      ['gzip with bytes after its end', 1, (bytes) => Buffer.concat([gzipSync(bytes), Buffer.from('trailing')])],
      ['gzip with zeros after its end', 1, (bytes) => Buffer.concat([gzipSync(bytes), Buffer.alloc(5)])],
      ['gzip with a name in its header and bytes after its end', 1, (bytes) => gzipWithName(bytes)],
      ['snappy, one block', 2, (bytes) => snappy.compress(bytes)],
      ['snappy, xerial frames', 2, (bytes) => xerial(snappy.compress(bytes.subarray(0, 9)), snappy.compress(bytes.subarray(9)))],
      ['lz4', 3, (bytes) => compressFrameSync(bytes)],
      ['zstd', 4, rawZstd],
    ])('[K12] reads %s', (_, codec, pack) => {
      const set = packed(codec, pack);
      expect(set.gaps).toEqual([]);
      expect(bodies(set)).toEqual(['a', 'b', 'c']);
      expect(set.nextOffset).toBe(3);
    });

    it.each([1, 2, 3, 4, 5, 7])('[K13] passes over a batch of codec %i that cannot be unpacked, and goes on behind it', (codec) => {
      const bad = encodeRecordBatch({
        baseOffset: 5,
        records: three,
        codec,
        pack: () => Buffer.from('not packed at all, only said to be'),
      });
      const set = read([bad, encodeRecordBatch({ baseOffset: 8, records: [{ value: 'next' }] })], { from: 5 });
      expect(bodies(set)).toEqual(['next']);
      expect(set.gaps).toEqual([
        {
          channel: 'orders',
          partition: 3,
          fromOffset: 5,
          toOffset: 7,
          count: 3,
          reason: expect.stringMatching(/^(codec|too-large)$/),
          detail: expect.any(String),
          at: 42,
        },
      ]);
      expect(set.nextOffset).toBe(9);
    });

    it('[K13] passes over what would unpack to more than we hold', () => {
      const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]);
      expect(packed(2, () => claim).gaps).toMatchObject([{ reason: 'too-large', count: 3, fromOffset: 0, toOffset: 2 }]);
      const large = Buffer.alloc(200);
      for (const [codec, bytes] of [
        [1, gzipSync(large)],
        [1, Buffer.concat([gzipSync(large), Buffer.from('trailing')])],
        [2, snappy.compress(large)],
        [2, xerial(snappy.compress(large))],
        [4, rawZstd(large)],
      ] as const) {
        expect(() => unpack(codec, bytes, 100)).toThrow(expect.objectContaining({ reason: 'too-large' }));
        expect(unpack(codec, bytes, 200).length).toBe(200);
      }
    });

    it('[K13] counts as unknown what lies partly behind us', () => {
      const bad = encodeRecordBatch({ baseOffset: 5, records: three, codec: 1, pack: () => Buffer.from('x') });
      expect(read(bad, { from: 6 }).gaps).toMatchObject([{ fromOffset: 6, toOffset: 7, count: null }]);
    });
  });

  describe('bad records', () => {
    it.each<[string, (content: Buffer) => Buffer]>([
      ['a key longer than the record', (content) => overwrite(content, 3, 0x7e)],
      ['a value of a wrong negative length', (content) => overwrite(content, 4, 0x05)],
      ['more headers than bytes', (content) => overwrite(content, content.length - 1, 0x7e)],
      ['a number that never ends', (content) => overwrite(content, 1, 0xff, 0xff, 0xff, 0xff, 0xff)],
    ])('[K14] one record with %s is a gap of one; its neighbours are read', (_, spoil) => {
      const set = read(encodeRecordBatch({ baseOffset: 20, records: [{ value: 'a' }, { value: 'bad', spoil }, { value: 'c' }] }), {
        from: 20,
      });
      expect(bodies(set)).toEqual(['a', 'c']);
      expect(set.gaps).toMatchObject([{ fromOffset: 21, toOffset: 21, count: 1, reason: 'undecodable' }]);
      expect(set.nextOffset).toBe(23);
    });

    it('[K14] a broken frame ends its batch: the rest is one counted gap', () => {
      const spoiled = (plain: Buffer): Buffer => overwrite(plain, plain.length / 3, 0x7e);
      const set = read([
        encodeRecordBatch({ records: three, pack: spoiled }),
        encodeRecordBatch({ baseOffset: 3, records: [{ value: 'next' }] }),
      ]);
      expect(bodies(set)).toEqual(['a', 'next']);
      expect(set.gaps).toMatchObject([{ fromOffset: 1, toOffset: 2, count: 2, reason: 'undecodable' }]);
    });

    it('[K14] a batch that says it holds more than it does', () => {
      const set = read(encodeRecordBatch({ records: three, count: 2_000_000_000, lastOffsetDelta: 2 }));
      expect(bodies(set)).toEqual(['a', 'b', 'c']);
      expect(set).toMatchObject({ gaps: [], nextOffset: 3 });
    });

    it('[K14] a batch without a sound length does not hold the partition', () => {
      const broken = encodeRecordBatch({ baseOffset: 4, records: three });
      broken.writeInt32BE(-5, 8);
      expect(read(broken, { from: 4 })).toMatchObject({
        records: [],
        nextOffset: 5,
        gaps: [{ fromOffset: 4, toOffset: 4, count: null, reason: 'undecodable' }],
      });
    });

    it('never throws at a marker, whatever byte is wrong', () => {
      const sound = encodeMarker(100, 1, 'abort');
      for (let at = 0; at < sound.length; at++)
        for (const wrong of [0x00, 0x7f, 0x80, 0xff]) read(overwrite(Buffer.from(sound), at, wrong), { from: 100 });
    });

    it('never throws and always moves on, whatever byte is wrong', () => {
      const sound = encodeRecordBatch({ baseOffset: 100, records: [{ key: 'k', value: 'v', headers: [['h', '1']] }, { value: 'w' }] });
      for (let at = 0; at < sound.length; at++) {
        for (const wrong of [0x00, 0x7f, 0x80, 0xff]) {
          const bytes = overwrite(Buffer.from(sound), at, wrong);
          const set = read(bytes, { from: 100 });
          const untouched = set.nextOffset === 100;
          // Only a batch that says it lies wholly before us, or that it is longer than the fetch, may leave us where we were.
          if (untouched) expect(at).toBeLessThan(27);
        }
      }
    });
  });

  describe('transactions', () => {
    const batch = (baseOffset: number, producerId: number, value: string): Buffer =>
      encodeRecordBatch({ baseOffset, producerId, attributes: 16, records: [{ value }] });

    it('[K15] leaves out what was rolled back, and markers; offsets move past both', () => {
      const set = read(
        [
          batch(0, 1, 'rolled back'),
          batch(1, 2, 'kept'),
          encodeMarker(2, 1, 'abort'),
          batch(3, 1, 'kept too'),
          encodeMarker(4, 1, 'commit'),
          encodeMarker(5, 2, 'commit'),
        ],
        { aborted: [{ producerId: 1, firstOffset: 0 }] },
      );
      expect(bodies(set)).toEqual(['kept', 'kept too']);
      expect(set).toMatchObject({ nextOffset: 6, gaps: [] });
    });

    it('[K15] tells two rolled back transactions of one producer from the committed one between them', () => {
      const set = read(
        [
          batch(0, 1, 'no'),
          encodeMarker(1, 1, 'abort'),
          batch(2, 1, 'yes'),
          encodeMarker(3, 1, 'commit'),
          batch(4, 1, 'no'),
          encodeMarker(5, 1, 'abort'),
        ],
        {
          aborted: [
            { producerId: 1, firstOffset: 4 },
            { producerId: 1, firstOffset: 0 },
          ],
        },
      );
      expect(bodies(set)).toEqual(['yes']);
    });

    it('[K15] a record outside of any transaction is kept even if its producer rolled one back', () => {
      const set = read([encodeRecordBatch({ producerId: 1, records: [{ value: 'plain' }] }), batch(1, 1, 'no')], {
        aborted: [{ producerId: 1, firstOffset: 0 }],
      });
      expect(bodies(set)).toEqual(['plain']);
    });
  });

  describe('messages of the old formats', () => {
    const message = (offset: number, magic: 0 | 1, attributes: number, value: string): Buffer => {
      const time = magic === 1 ? Buffer.alloc(8) : Buffer.alloc(0);
      if (magic === 1) time.writeBigInt64BE(1_500_000_000_000n);
      const body = Buffer.from(value);
      const content = Buffer.concat([
        Buffer.from([0, 0, 0, 0, magic, attributes]),
        time,
        Buffer.from([255, 255, 255, 255, 0, 0, 0, body.length]),
        body,
      ]);
      const head = Buffer.alloc(12);
      head.writeBigInt64BE(BigInt(offset));
      head.writeInt32BE(content.length, 8);
      return Buffer.concat([head, content]);
    };

    it('[K16] single ones are read, packed ones are a gap of unknown count', () => {
      const set = read(
        [
          message(4, 0, 0, 'old'),
          message(5, 1, 0, 'newer'),
          message(9, 1, 1, 'packed'),
          encodeRecordBatch({ baseOffset: 10, records: [{ value: 'new' }] }),
        ],
        { from: 4 },
      );
      expect(bodies(set)).toEqual(['old', 'newer', 'new']);
      expect(set.records.map((record) => record.publishedAt)).toEqual([null, 1_500_000_000_000_000, 1_700_000_000_000_000]);
      expect(set.gaps).toMatchObject([{ fromOffset: 6, toOffset: 9, count: null, reason: 'codec' }]);
    });
  });
});

function overwrite(bytes: Buffer, at: number, ...values: number[]): Buffer {
  values.forEach((value, i) => at + i < bytes.length && (bytes[at + i] = value));
  return bytes;
}

/** A frame with one raw block: nothing at hand packs zstd on this Node. */
function rawZstd(bytes: Buffer): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, bytes.length]);
  const block = Buffer.alloc(3);
  block.writeUIntLE((bytes.length << 3) | 1, 0, 3);
  return Buffer.concat([header, block, bytes]);
}

function gzipWithName(bytes: Buffer): Buffer {
  const tail = gzipSync(bytes).subarray(-8);
  return Buffer.concat([
    Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]),
    Buffer.from('file\0'),
    deflateRawSync(bytes),
    tail,
    Buffer.from('more'),
  ]);
}
