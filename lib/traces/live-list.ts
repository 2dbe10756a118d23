import type { TraceSummary } from '@/lib/contract/traces';

/** A list that was asked for, and its first page as it is now. */
export interface LiveList {
  readonly traces: readonly TraceSummary[];
  /** Traces that came since and are not on the list. */
  readonly news: number;
  /** Nothing of the newest page was on the list: more came in between than a page holds. */
  readonly more: boolean;
}

/** A list that follows holds at most this many rows. */
export const MOST_FOLLOWED = 1_000;

/**
 * [Q26] Rows on the screen get newer numbers in place. New ones are only counted until somebody wants them, so that nothing jumps; a list that
 * follows puts them on top. `newest` is the first page as of now, `null` before it was asked for.
 */
export function liveList(shown: readonly TraceSummary[], newest: readonly TraceSummary[] | null, following: boolean): LiveList {
  if (newest === null) return { traces: shown, news: 0, more: false };
  const fresh = new Map(newest.map((trace) => [trace.traceId, trace]));
  const known = new Set(shown.map(({ traceId }) => traceId));
  const news = newest.filter(({ traceId }) => !known.has(traceId));
  const more = news.length > 0 && shown.length > 0 && news.length === newest.length;
  const patched = shown.map((trace) => fresh.get(trace.traceId) ?? trace);
  if (!following) return { traces: patched, news: news.length, more };
  return { traces: [...news, ...patched].slice(0, MOST_FOLLOWED), news: 0, more };
}
