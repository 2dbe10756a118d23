import { brotliDecompressSync, inflateRawSync, inflateSync } from 'node:zlib';
import type { Packing } from '@/lib/events/recognise/parse-body';
import { CodecError, unpack } from './codecs';

const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;
/** What lz4 may take while it unpacks: its library has no limit of its own, and 1 byte becomes 255 at most. */
const MOST_LZ4 = 32 * 1024 * 1024;

/**
 * A body unpacked, at most `most` bytes of it: a body of some kB may unpack to gigabytes.
 * @throws CodecError `too-large` or `codec`, and what zlib throws
 */
export function unpackBody(bytes: Uint8Array, packing: Packing, most: number): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (packing) {
    case 'gzip':
      return unpack(GZIP, buffer, most);
    case 'deflate':
      return inflate(buffer, most);
    case 'br':
      return brotliDecompressSync(buffer, { maxOutputLength: most });
    case 'zstd':
      return unpack(ZSTD, buffer, most);
    case 'snappy':
      return buffer[0] === 0xff ? snappyFrames(buffer, most) : unpack(SNAPPY, buffer, most);
    case 'lz4': {
      if (buffer.length * 255 > MOST_LZ4) throw new CodecError('too-large', 'lz4: too long to unpack safely');
      const plain = unpack(LZ4, buffer);
      if (plain.length > most) throw new CodecError('too-large', `lz4: unpacks to more than ${most} bytes`);
      return plain;
    }
  }
}

/** `deflate` is zlib by the standard, and raw by many. */
function inflate(buffer: Buffer, most: number): Buffer {
  try {
    return inflateSync(buffer, { maxOutputLength: most });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw error;
    return inflateRawSync(buffer, { maxOutputLength: most });
  }
}

/** Snappy's framing: chunks of a type byte, three bytes of length, four of checksum. */
function snappyFrames(buffer: Buffer, most: number): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  let at = 0;
  while (at + 4 <= buffer.length) {
    const type = buffer[at] as number;
    const size = buffer.readUIntLE(at + 1, 3);
    const data = buffer.subarray(at + 8, at + 4 + size);
    at += 4 + size;
    if (at > buffer.length || (type > 1 && type < 0x80)) throw new CodecError('codec', 'snappy: a broken frame');
    if (type >= 0x80) continue;
    const plain = type === 1 ? data : unpack(SNAPPY, data, most - total);
    total += plain.length;
    if (total > most) throw new CodecError('too-large', `snappy: unpacks to more than ${most} bytes`);
    chunks.push(plain);
  }
  return Buffer.concat(chunks, total);
}
