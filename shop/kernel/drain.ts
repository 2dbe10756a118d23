import { setTimeout as sleep } from 'node:timers/promises';

/** So long a stop lets finish what was begun; no time factor shortens it. */
export const DRAIN_MS = 10_000;

/** Resolves when all have ended, however, or after so many milliseconds. */
export async function settledWithin(ms: number, work: Iterable<Promise<unknown>>): Promise<void> {
  const late = new AbortController();
  await Promise.race([Promise.allSettled(work), sleep(ms, undefined, { signal: late.signal, ref: false }).catch(() => {})]);
  late.abort();
}
