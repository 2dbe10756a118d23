import { gunzipSync, inflateRawSync } from 'node:zlib';
import { Decompress } from 'fzstd';
import { decompressFrameSync } from 'lz4-napi';
import * as snappy from 'snappyjs';

/** A batch may claim to unpack to anything; beyond this it is passed over as a gap instead of taking the process's memory. */
const MOST_UNPACKED = 128 * 1024 * 1024;

/** The bytes can't be unpacked. `too-large`: they could be, but to more than we hold. */
export class CodecError extends Error {
  constructor(
    readonly reason: 'codec' | 'too-large',
    message: string,
  ) {
    super(message);
    this.name = 'CodecError';
  }
}

const NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/** Unpacks the records of one batch. `codec` = the lowest three bits of the batch's attributes. Throws CodecError, nothing else. */
export function unpack(codec: number, bytes: Buffer, most = MOST_UNPACKED): Buffer {
  try {
    switch (codec) {
      case 0:
        return bytes;
      case 1:
        return gunzipLenient(bytes, most);
      case 2:
        return unpackSnappy(bytes, most);
      case 3:
        return decompressFrameSync(bytes);
      case 4:
        return unpackZstd(bytes, most);
      default:
        throw new CodecError('codec', `codec ${codec} is not known`);
    }
  } catch (error) {
    if (error instanceof CodecError) throw error;
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(codec, most);
    throw new CodecError('codec', `${NAMES[codec] ?? codec}: ${(error as Error).message}`);
  }
}

const tooLarge = (codec: number, most: number): CodecError =>
  new CodecError('too-large', `${NAMES[codec] ?? codec}: unpacks to more than ${most} bytes`);

/** Java and librdkafka stop at the end of the stream; zlib takes what follows for a second member and fails. So on failure we read the first member alone. */
function gunzipLenient(bytes: Buffer, most: number): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: most });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw error;
    return inflateRawSync(bytes.subarray(endOfGzipHeader(bytes)), { maxOutputLength: most });
  }
}

function endOfGzipHeader(bytes: Buffer): number {
  if (bytes.length < 18 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8)
    throw new CodecError('codec', 'gzip: not a gzip stream');
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + bytes.readUInt16LE(at);
  if (flags & 8) at = bytes.indexOf(0, at) + 1;
  if (flags & 16) at = bytes.indexOf(0, at) + 1;
  return flags & 2 ? at + 2 : at;
}

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);

/** Java writes xerial frames (16 bytes of header, then length + block), others one raw block. */
function unpackSnappy(bytes: Buffer, most: number): Buffer {
  if (!bytes.subarray(0, 8).equals(XERIAL)) return snappyBlock(bytes, most);
  const blocks: Buffer[] = [];
  let at = 16;
  let total = 0;
  while (at + 4 <= bytes.length) {
    const size = bytes.readUInt32BE(at);
    if (at + 4 + size > bytes.length) throw new CodecError('codec', 'snappy: a block ends after the batch');
    const block = snappyBlock(bytes.subarray(at + 4, at + 4 + size), most - total);
    blocks.push(block);
    total += block.length;
    at += 4 + size;
  }
  return blocks.length === 1 ? (blocks[0] as Buffer) : Buffer.concat(blocks);
}

function snappyBlock(bytes: Buffer, most: number): Buffer {
  let claimed = 0;
  for (let i = 0, factor = 1; i < 5; i++, factor *= 128) {
    const byte = bytes[i] ?? 0;
    claimed += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  if (claimed > most) throw tooLarge(2, most);
  return snappy.uncompress(bytes);
}

function unpackZstd(bytes: Buffer, most: number): Buffer {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const stream = new Decompress((chunk) => {
    total += chunk.length;
    if (total > most) throw tooLarge(4, most);
    chunks.push(chunk);
  });
  stream.push(bytes, true);
  return Buffer.concat(chunks, total);
}
