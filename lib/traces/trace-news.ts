import type { LiveFrame } from '@/lib/contract/live';
import type { TraceId } from '@/lib/events/names';

/** What came since a list was asked for: traces that are not on it. */
export interface TraceNews {
  readonly traces: ReadonlySet<TraceId>;
  /** Frames left events out (they carry 200 at most): there are more than are counted. */
  readonly atLeast: boolean;
}

export const noNews: TraceNews = { traces: new Set(), atLeast: false };

/** More than this is said as "1,000+": a list shows no more either. */
const ENOUGH = 1_000;

/** Counts each new trace once; the same object comes back when nothing is new, so that nothing is drawn again. */
export function addFrame(
  news: TraceNews,
  events: NonNullable<LiveFrame['events']>,
  shown: ReadonlySet<TraceId>,
  errorsOnly: boolean,
): TraceNews {
  const fresh = new Set<TraceId>();
  for (const row of events.rows) {
    if (row.traceId === null || (errorsOnly && !row.deadLetter) || shown.has(row.traceId) || news.traces.has(row.traceId)) continue;
    if (news.traces.size + fresh.size < ENOUGH) fresh.add(row.traceId);
  }
  const atLeast = news.atLeast || events.more > 0 || news.traces.size + fresh.size >= ENOUGH;
  if (fresh.size === 0 && atLeast === news.atLeast) return news;
  return { traces: new Set([...news.traces, ...fresh]), atLeast: atLeast && news.traces.size + fresh.size > 0 };
}
