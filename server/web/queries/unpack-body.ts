import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { promisify } from 'node:util';
import type { BodySource } from '@/lib/events/decode-body';
import type { ObservedEvent } from '@/lib/events/observed-event';

/** A body of some kB may unpack to gigabytes. */
const MOST_UNPACKED = 4 * 1024 * 1024;
const UNPACK = { gzip: promisify(gunzip), 'x-gzip': promisify(gunzip), deflate: promisify(inflate), br: promisify(brotliDecompress) } as const;

/** A body that says it is compressed is unpacked for the screen; where that fails it is shown as the bytes it is, with the reason. */
export async function unpackBody({ body, bodySize, contentType, contentEncoding, bodyProblem }: ObservedEvent): Promise<BodySource> {
  const source = { body, bodySize, contentType, problem: bodyProblem };
  const encoding = contentEncoding?.trim().toLowerCase() ?? '';
  if (body === null || !Object.hasOwn(UNPACK, encoding)) return source;
  try {
    const unpacked = await UNPACK[encoding as keyof typeof UNPACK](body, { maxOutputLength: MOST_UNPACKED });
    return { ...source, body: new Uint8Array(unpacked), bodySize: unpacked.length, unpacked: { from: encoding, bytes: body } };
  } catch {
    return { ...source, problem: bodyProblem ?? `It says ${encoding} and cannot be unpacked${bodySize > body.length ? ', it was cut' : ''}.` };
  }
}
