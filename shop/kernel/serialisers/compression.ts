import { gunzip, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { Poison } from '../events';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Below this a gzip header costs more than it saves. */
export const GZIP_ABOVE_BYTES = 1_024;
export const MAX_BODY_BYTES = 1_048_576;
/** A small body may unpack to anything: this much is read, no more. */
export const MAX_EXPANDED_BYTES = 16 * 1_048_576;

export const isGzip = (body: Uint8Array): boolean => body[0] === 0x1f && body[1] === 0x8b;

export async function gzipped(body: Uint8Array): Promise<Uint8Array | null> {
  return body.byteLength > GZIP_ABOVE_BYTES ? compress(body) : null;
}

/** @throws Poison `TooLarge`, `GzipTooLarge`, or `Undecodable` when the gzip is broken. */
export async function expanded(body: Uint8Array): Promise<Uint8Array> {
  if (body.byteLength > MAX_BODY_BYTES) throw new Poison('TooLarge', `the body has ${body.byteLength} bytes`);
  if (!isGzip(body)) return body;
  try {
    return await expand(body, { maxOutputLength: MAX_EXPANDED_BYTES });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new Poison('GzipTooLarge', `the body unpacks to more than ${MAX_EXPANDED_BYTES} bytes`);
    throw new Poison('Undecodable', 'the gzip is broken');
  }
}
