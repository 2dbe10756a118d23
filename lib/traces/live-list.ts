import type { TracesPage, TraceSummary } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';

/** What came on top of a list while it followed. */
export interface Followed {
  /** The newest first. */
  readonly arrived: readonly TraceSummary[];
  /** Between two looks more came than a page holds: left out are some whose latest event lies between these moments. */
  readonly leftOut: { readonly from: Micros; readonly to: Micros } | null;
  /** So many of the oldest were let go. */
  readonly letGo: number;
}

export const NOTHING_FOLLOWED: Followed = { arrived: [], leftOut: null, letGo: 0 };

/** A list that follows holds at most this many rows. */
export const MOST_FOLLOWED = 1_000;

type NewestPage = Pick<TracesPage, 'traces' | 'next'>;

/** [Q26] Takes the new ones of the newest page. `shown` is the list that was asked for. */
export function takeIn(before: Followed, shown: readonly TraceSummary[], { traces, next }: NewestPage): Followed {
  const known = [...before.arrived, ...shown];
  const ids = idsOf(known);
  const news = traces.filter(({ traceId }) => !ids.has(traceId));
  if (news.length === 0) return before;
  const arrived = [...news, ...before.arrived];
  const missed = known.length > 0 && news.length === traces.length && next !== null;
  return {
    arrived: arrived.slice(0, MOST_FOLLOWED),
    leftOut: missed
      ? {
          from: before.leftOut?.from ?? known.reduce((latest, { last }) => Math.max(latest, last), 0),
          to: news.reduce((earliest, { last }) => Math.min(earliest, last), Number.POSITIVE_INFINITY),
        }
      : before.leftOut,
    letGo: before.letGo + Math.max(0, arrived.length - MOST_FOLLOWED),
  };
}

/** Gives up what came above this row: it counts as new again. */
export function giveUpAbove(before: Followed, top: string | null): Followed {
  const at = top === null ? 0 : before.arrived.findIndex(({ traceId }) => traceId === top);
  return { ...before, arrived: before.arrived.slice(at < 0 ? before.arrived.length : at) };
}

/** A list that was asked for, what came on top of it, and its first page as it is now. */
export interface LiveList {
  readonly traces: readonly TraceSummary[];
  /** Traces that are there and not on the list. */
  readonly news: number;
  /** Nothing of the newest page was on the list: more came in between than a page holds. */
  readonly more: boolean;
  /** Of a list that follows: so many of the oldest were let go. */
  readonly letGo: number;
}

/**
 * [Q26] Rows on the screen get newer numbers in place. New ones are only counted until somebody wants them or the list follows, so that nothing
 * jumps. `newest` is the first page as of now, `null` before it was asked for; `top` is the row above which nothing may appear while somebody reads.
 */
export function liveList(
  shown: readonly TraceSummary[],
  newest: NewestPage | null,
  { arrived, letGo }: Followed = NOTHING_FOLLOWED,
  top: string | null = null,
): LiveList {
  const asked = idsOf(shown);
  const known = [...arrived.filter(({ traceId }) => !asked.has(traceId)), ...shown];
  const ids = idsOf(known);
  const unknown = newest?.traces.filter(({ traceId }) => !ids.has(traceId)) ?? [];
  const above =
    top === null
      ? 0
      : Math.max(
          0,
          known.findIndex(({ traceId }) => traceId === top),
        );
  const fresh = new Map(newest?.traces.map((trace) => [trace.traceId, trace]));
  const listed = known.slice(above, arrived.length === 0 ? undefined : above + MOST_FOLLOWED);
  return {
    traces: listed.map((trace) => fresh.get(trace.traceId) ?? trace),
    news: unknown.length + above,
    more: known.length > 0 && unknown.length > 0 && unknown.length === newest?.traces.length && newest.next !== null,
    letGo: letGo + known.length - above - listed.length,
  };
}

const idsOf = (traces: readonly TraceSummary[]): ReadonlySet<string> => new Set(traces.map(({ traceId }) => traceId));
