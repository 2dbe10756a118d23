import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { MAX_PARSED_BYTES, type Inflate } from '@/lib/events/recognise/parse-body';

const UNPACK = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync } as const;

/** For recognition, which is synchronous: within 256 kB (well under a millisecond), `null` when it is longer or broken. */
export const inflateForRecognition: Inflate = (bytes, encoding) => {
  try {
    return UNPACK[encoding](bytes, { maxOutputLength: MAX_PARSED_BYTES });
  } catch {
    return null;
  }
};
