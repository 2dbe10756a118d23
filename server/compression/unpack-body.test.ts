import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import * as snappy from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { packingOf, type Packing } from '@/lib/events/recognise/parse-body';
import { unpackBody } from './unpack-body';

const text = JSON.stringify({ orderId: 'o-1', note: 'x'.repeat(300) });
const plain = Buffer.from(text);
/** Node 20 has no zstd: a frame of one raw block, and one of a block that repeats a byte. */
const zstd = (block: Buffer, size: number, kind: 0 | 1): Buffer => {
  const head = Buffer.alloc(4 + 1 + 4 + 3);
  head.writeUInt32LE(0xfd2fb528);
  head[4] = 0xa0;
  head.writeUInt32LE(size, 5);
  head.writeUIntLE((size << 3) | (kind << 1) | 1, 9, 3);
  return Buffer.concat([head, block]);
};
const framed = (block: Buffer): Buffer => {
  const head = Buffer.from([0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59, 1, 0, 0, 0, 1, 2, 3, 4]);
  head.writeUIntLE(block.length + 4, 11, 3);
  return Buffer.concat([head, block]);
};
const xerial = (block: Buffer): Buffer => {
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
  head.writeUInt32BE(block.length, 16);
  return Buffer.concat([head, block]);
};

const packed: readonly (readonly [string, string, Packing, Buffer])[] = [
  ['gzip', 'gzip', 'gzip', gzipSync(plain)],
  ['gzip, said otherwise', 'json', 'gzip', gzipSync(plain)],
  ['deflate', 'deflate', 'deflate', deflateSync(plain)],
  ['raw deflate', 'deflate', 'deflate', deflateRawSync(plain)],
  ['compressed: true', 'true', 'deflate', deflateSync(plain)],
  ['Celery’s word for zlib', 'application/zlib', 'deflate', deflateSync(plain)],
  ['br', 'br', 'br', brotliCompressSync(plain)],
  ['snappy', 'snappy', 'snappy', snappy.compress(plain)],
  ['snappy of Java', 'x-snappy', 'snappy', xerial(snappy.compress(plain))],
  ['snappy in frames', 'true', 'snappy', framed(plain)],
  ['lz4', 'true', 'lz4', compressFrameSync(plain)],
  ['zstd', 'zstd', 'zstd', zstd(plain, plain.length, 0)],
];

describe('unpackBody', () => {
  it.each(packed)('[G44] unpacks %s', (_, said, packing, bytes) => {
    expect(packingOf(bytes, said)).toBe(packing);
    expect(Buffer.from(unpackBody(bytes, packing, 100_000)).toString()).toBe(text);
  });

  const zeros = Buffer.alloc(4_000_000);
  const bombs: readonly (readonly [Packing, Buffer])[] = [
    ['gzip', gzipSync(zeros)],
    ['deflate', deflateSync(zeros)],
    ['br', brotliCompressSync(zeros)],
    ['snappy', snappy.compress(zeros)],
    ['lz4', compressFrameSync(zeros)],
    ['zstd', zstd(Buffer.from([0]), 100_000, 1)],
  ];
  it.each(bombs)('[G44] stops a %s that grows beyond the limit', (packing, bytes) => {
    expect(() => unpackBody(bytes, packing, 64_000)).toThrow();
  });

  it('[G44] `utf-8`, `identity`, `json` and nothing are no packing; what is broken throws and is kept as it was', () => {
    for (const said of ['utf-8', 'identity', 'json', '', null]) expect(packingOf(plain, said)).toBeNull();
    for (const packing of ['gzip', 'deflate', 'br', 'zstd', 'snappy', 'lz4'] as const)
      expect(() => unpackBody(Buffer.from([0xff, 6, 0, 9, 9, 9, 9, 9, 9]), packing, 1_000)).toThrow();
  });
});
