import type { DecodeJob } from './decode-job';
import { decodeValue } from './decode-value';

/** The decoding process: jobs in lists, answers in lists; ends with its parent. */
process.on('message', (jobs: readonly DecodeJob[]) => process.send?.(jobs.map(decodeValue)));
process.on('disconnect', () => process.exit(0));
// A terminal sends its signals to all; the parent says when it is over.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.send?.('ready');
