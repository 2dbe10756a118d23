'use client';

import { useCallback, useMemo, useState } from 'react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Facet, TracesPage, TraceSummary } from '@/lib/contract/traces';
import { getJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';
import { weightOf, writeTracesOrder, type TracesOrder } from '@/lib/traces/traces-order';
import { liveList } from '@/lib/traces/live-list';

export interface TracesQuestion {
  readonly q: string | null;
  readonly from: string;
  readonly to: string | null;
  readonly brokers: string | null;
  readonly order: TracesOrder | null;
  /** Its range ends now, so it is asked again as events come. */
  readonly live: boolean;
}

const ask = ({ q, from, to, brokers, order }: TracesQuestion, after: string | null, signal?: AbortSignal): Promise<TracesPage> =>
  getJson<TracesPage>('/api/traces', { q, from, to, brokers, sort: order === null ? null : writeTracesOrder(order), after }, signal);

/** A plain list is cheap; a search reads more, and an order weighs everything that is found. */
const PLAIN_EVERY_MS = 2_000;
const SEARCH_EVERY_MS = 5_000;
const ORDERED_EVERY_MS = 15_000;

/** The list, and its first page again as events come (lib/traces/live-list.ts says what that does to the rows). */
export function useTraces(question: TracesQuestion, following: boolean) {
  const query = useInfiniteQuery({
    queryKey: ['traces', question],
    queryFn: ({ pageParam, signal }) => ask(question, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const key = JSON.stringify(question);
  const [fresh, setFresh] = useState<{ readonly of: string; readonly page: TracesPage } | null>(null);
  const pages = query.data?.pages;
  const newer = fresh?.of === key ? fresh.page : null;
  const shown = useMemo(() => (pages ?? []).flatMap((page) => page.traces), [pages]);
  const { order } = question;
  const list = useMemo(() => liveList(shown, newer?.traces ?? null, following), [shown, newer, following]);
  // In an order the rows keep the numbers that they were ordered by, until somebody sorts again.
  const moved = order !== null && (newer?.traces ?? []).some((trace, index) => !sameWeight(trace, shown[index], order));

  const refresh = useAtMost(
    () => {
      void ask(question, null).then(
        (page) => setFresh({ of: key, page }),
        // The next frame asks again; the list on the screen says its own errors.
        () => undefined,
      );
    },
    order !== null ? ORDERED_EVERY_MS : question.q === null ? PLAIN_EVERY_MS : SEARCH_EVERY_MS,
  );
  useLiveRoom({ room: 'traces' }, (frame) => {
    if (frame.events && question.live && pages) refresh();
  });

  const { refetch } = query;
  const showNew = useCallback(() => {
    setFresh(null);
    void refetch();
  }, [refetch]);

  const first = newer ?? pages?.[0];
  return {
    ...list,
    traces: order === null ? list.traces : shown,
    moved,
    query,
    histogram: first?.histogram ?? [],
    foundBy: pages?.[0]?.foundBy ?? null,
    problem: pages?.[0]?.problem ?? null,
    searched: pages?.at(-1)?.searched ?? null,
    // Where a further page follows, the list is not cut: it goes on. In an order, what the budget left out is missing from the first page on.
    cut: query.hasNextPage && (order === null || pages?.[0]?.cut?.why === 'row-limit') ? null : (pages?.at(-1)?.cut ?? null),
    showNew,
  };
}

const sameWeight = (now: TraceSummary, then: TraceSummary | undefined, order: TracesOrder): boolean =>
  then !== undefined && now.traceId === then.traceId && weightOf(now, order) === weightOf(then, order);

/** What could be chosen beside the search; asked once for each search, since it counts the whole range. */
export function useFacets({ q, from, to, brokers }: TracesQuestion) {
  return useQuery({
    queryKey: ['facets', q, from, to, brokers],
    queryFn: ({ signal }) => getJson<readonly Facet[]>('/api/traces/facets', { q, from, to, brokers }, signal),
    placeholderData: (before) => before,
    staleTime: 30_000,
  });
}
