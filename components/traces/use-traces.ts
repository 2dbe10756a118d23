'use client';

import { useCallback, useMemo, useState } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { LiveFrame } from '@/lib/contract/live';
import type { TracesPage, TraceSummary } from '@/lib/contract/traces';
import { getJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';
import type { TracesPlace } from '@/lib/traces/traces-url';
import { addFrame, noNews, type TraceNews } from '@/lib/traces/trace-news';

export interface TracesQuestion {
  readonly q: string | null;
  readonly errors: boolean;
  readonly place: TracesPlace | null;
  readonly from: string;
  readonly to: string | null;
  readonly brokers: string | null;
  /** Live news belong to it: its range ends now and it does not ask for an id. */
  readonly live: boolean;
}

const ask = (question: TracesQuestion, after: string | null, signal?: AbortSignal): Promise<TracesPage> =>
  getJson<TracesPage>(
    '/api/traces',
    {
      q: question.q,
      errors: question.errors ? 'true' : null,
      ...(question.place !== null && { [question.place.kind]: question.place.name }),
      from: question.from,
      to: question.to,
      brokers: question.brokers,
      after,
    },
    signal,
  );

/**
 * The list and what came since. The order of the rows is the one that was asked for; rows on the screen get newer numbers in place, new
 * traces are only counted until somebody wants them.
 */
export function useTraces(question: TracesQuestion) {
  const query = useInfiniteQuery({
    queryKey: ['traces', question],
    queryFn: ({ pageParam, signal }) => ask(question, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const key = JSON.stringify(question);
  const [fresh, setFresh] = useState<{ readonly of: string; readonly page: TracesPage } | null>(null);
  const [news, setNews] = useState<{ readonly of: string; readonly news: TraceNews }>({ of: key, news: noNews });

  const pages = query.data?.pages;
  const newer = fresh?.of === key ? fresh.page : null;
  const traces = useMemo(() => {
    const patches = new Map(newer?.traces.map((trace) => [trace.traceId, trace]));
    return (pages ?? []).flatMap((page) => page.traces).map((trace): TraceSummary => patches.get(trace.traceId) ?? trace);
  }, [pages, newer]);
  const shown = useMemo(() => new Set(traces.map((trace) => trace.traceId)), [traces]);

  const refresh = useAtMost(() => {
    void ask(question, null).then(
      (page) => setFresh({ of: key, page }),
      // The next frame asks again; the list on the screen says its own errors.
      () => undefined,
    );
  }, 2_000);

  useLiveRoom({ room: 'traces' }, (frame: LiveFrame) => {
    if (!frame.events || !question.live || !pages) return;
    setNews((before) => ({
      of: key,
      news: addFrame(before.of === key ? before.news : noNews, frame.events ?? { rows: [], more: 0 }, shown, question.errors),
    }));
    refresh();
  });

  const { refetch } = query;
  const showNew = useCallback(() => {
    setNews({ of: key, news: noNews });
    setFresh(null);
    void refetch();
  }, [key, refetch]);

  const first = newer ?? pages?.[0];
  return {
    query,
    traces,
    histogram: first?.histogram ?? [],
    foundBy: pages?.[0]?.foundBy ?? null,
    // Where a further page follows, the list is not cut: it goes on.
    cut: query.hasNextPage ? null : (pages?.at(-1)?.cut ?? null),
    news: news.of === key ? news.news : noNews,
    showNew,
  };
}
