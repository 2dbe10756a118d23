import { MAX_PARSED_BYTES, type Inflate } from '@/lib/events/recognise/parse-body';
import type { Latin1 } from '@/lib/events/recognise/skim';
import { unpackBody } from './unpack-body';

/** For recognition, which is synchronous: within 256 kB (well under a millisecond), `null` when it is longer or broken. */
export const inflateForRecognition: Inflate = (bytes, packing) => {
  try {
    return unpackBody(bytes, packing, MAX_PARSED_BYTES);
  } catch {
    return null;
  }
};

/** One call into the runtime, without a view being made. */
export const latin1ForRecognition: Latin1 = (bytes, from, to) => Buffer.prototype.latin1Slice.call(bytes, from, to);
