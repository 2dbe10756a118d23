import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { BodySource } from '@/lib/events/decode-body';
import { MAX_PARSED_BYTES, type Inflate } from '@/lib/events/recognise/parse-body';

/** A body that grows beyond this while it is shown stays packed: 1 kB may hide gigabytes. */
const MAX_SHOWN = 8 * 1024 * 1024;

/** For recognition: within 256 kB, `null` when it is longer or broken. */
export const inflateForRecognition: Inflate = (bytes, encoding) => inflate(bytes, encoding, MAX_PARSED_BYTES);

function inflate(bytes: Uint8Array, encoding: 'gzip' | 'deflate' | 'br', maxOutputLength: number): Uint8Array | null {
  try {
    const options = { maxOutputLength };
    if (encoding === 'gzip') return gunzipSync(bytes, options);
    return encoding === 'deflate' ? inflateSync(bytes, options) : brotliDecompressSync(bytes, options);
  } catch {
    return null;
  }
}

/** A stored body made ready for `decodeBody`: unpacked by its magic bytes or by what it says; where that fails, the reason beside the bytes. */
export function unpackBody(event: {
  readonly body: Uint8Array | null;
  readonly bodySize: number;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
}): BodySource {
  const { body, bodySize, contentType } = event;
  const encoding = body === null ? null : encodingOf(body, event.contentEncoding);
  if (body === null || encoding === null) return { body, bodySize, contentType };
  if (body.length < bodySize) return { body, bodySize, contentType, problem: `Compressed (${encoding}) and cut: it cannot be unpacked.` };
  const unpacked = inflate(body, encoding, MAX_SHOWN);
  if (unpacked === null) return { body, bodySize, contentType, problem: `It says ${encoding} and cannot be unpacked within 8 MB.` };
  return { body: unpacked, bodySize, contentType, unpacked: { from: encoding, bytes: body } };
}

function encodingOf(body: Uint8Array, said: string | null): 'gzip' | 'deflate' | 'br' | null {
  if (body[0] === 0x1f && body[1] === 0x8b) return 'gzip';
  return said === 'deflate' || said === 'br' ? said : null;
}
