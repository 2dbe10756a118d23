import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { promisify } from 'node:util';
import type { BodySource } from '@/lib/events/decode-body';
import type { ObservedEvent } from '@/lib/events/observed-event';

/** A body of some kB may unpack to gigabytes. */
const MOST_UNPACKED = 4 * 1024 * 1024;
const UNPACK = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
} as const;

/** [G43] A compressed body is unpacked for the screen; where that fails it is shown as the bytes it is, with the reason. */
export async function unpackBody({
  body,
  bodySize,
  contentType,
  contentEncoding,
}: Pick<ObservedEvent, 'body' | 'bodySize' | 'contentType' | 'contentEncoding'>): Promise<BodySource> {
  const source = { body, bodySize, contentType };
  const encoding = body === null ? '' : encodingOf(body, contentEncoding);
  if (body === null || !Object.hasOwn(UNPACK, encoding)) return source;
  try {
    const unpacked = await UNPACK[encoding as keyof typeof UNPACK](body, { maxOutputLength: MOST_UNPACKED });
    return { ...source, body: new Uint8Array(unpacked), unpacked: { from: encoding, bytes: body } };
  } catch {
    return {
      ...source,
      problem: `Compressed (${encoding}): it cannot be unpacked${bodySize > body.length ? ', since it was cut' : ' within 4 MB'}.`,
    };
  }
}

/** Some gzip and say something else, or nothing: the two magic bytes count before what is said. */
function encodingOf(body: Uint8Array, said: string | null): string {
  return body[0] === 0x1f && body[1] === 0x8b ? 'gzip' : (said?.trim().toLowerCase() ?? '');
}
