'use client';

import { useCallback, useEffect, useMemo, useRef } from 'react';
import { skipToken, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Facet, TracesPage, TraceSummary } from '@/lib/contract/traces';
import { getJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';
import { weightOf, writeTracesOrder, type TracesOrder } from '@/lib/traces/traces-order';
import { giveUpAbove, liveList, NOTHING_FOLLOWED, takeIn, type Followed } from '@/lib/traces/live-list';

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

/** What came since the list was asked for; kept beside it, so that Back finds both. */
interface Live {
  readonly page: TracesPage | null;
  readonly followed: Followed;
}
const NOTHING_YET: Live = { page: null, followed: NOTHING_FOLLOWED };

export interface Watching {
  readonly following: boolean;
  /** Somebody reads from this row on: nothing may appear above it. */
  readonly top: string | null;
}

/** The list, and its first page again as events come (lib/traces/live-list.ts says what that does to the rows). */
export function useTraces(question: TracesQuestion, { following, top }: Watching = { following: false, top: null }) {
  const client = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: ['traces', question],
    queryFn: ({ pageParam, signal }) => ask(question, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const key = JSON.stringify(question);
  const liveKey = useMemo(() => ['traces, live', key], [key]);
  const { data: live = NOTHING_YET } = useQuery<Live>({
    queryKey: liveKey,
    queryFn: skipToken,
    initialData: NOTHING_YET,
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  const setLive = useCallback(
    (change: (before: Live) => Live): void => void client.setQueryData<Live>(liveKey, (before) => change(before ?? NOTHING_YET)),
    [client, liveKey],
  );
  const pages = query.data?.pages;
  const { page: newer, followed } = live;
  const shown = useMemo(() => (pages ?? []).flatMap((page) => page.traces), [pages]);
  const { order } = question;
  const list = useMemo(() => liveList(shown, newer, followed, top), [shown, newer, followed, top]);
  // In an order the rows keep the numbers that they were ordered by, until somebody sorts again.
  const moved = order !== null && (newer?.traces ?? []).some((trace, index) => !sameWeight(trace, shown[index], order));

  const watched = useRef({ key, following, shown });
  useEffect(() => {
    watched.current = { key, following, shown };
  });
  const refresh = useAtMost(
    () => {
      void ask(question, null).then(
        (page) => {
          const now = watched.current;
          const follows = now.following && now.key === key;
          setLive(({ followed: before }) => ({ page, followed: follows ? takeIn(before, now.shown, page) : before }));
        },
        // The next frame asks again; the list on the screen says its own errors.
        () => undefined,
      );
    },
    order !== null ? ORDERED_EVERY_MS : question.q === null ? PLAIN_EVERY_MS : SEARCH_EVERY_MS,
  );
  useLiveRoom({ room: 'traces' }, (frame) => {
    if (frame.events && question.live && pages && !query.isPlaceholderData) refresh();
  });

  const { refetch } = query;
  const showNew = useCallback(() => {
    void refetch().then(({ isSuccess }) => {
      if (isSuccess) setLive(() => NOTHING_YET);
    });
  }, [refetch, setLive]);
  /** What was counted comes on top at once; what waits above the reader counts as new when it ends. */
  const follow = (on: boolean): void =>
    setLive(({ page, followed: before }) => ({
      page,
      followed: !on ? giveUpAbove(before, top) : page === null ? before : takeIn(before, shown, page),
    }));

  const first = newer ?? pages?.[0];
  return {
    ...list,
    traces: order === null ? list.traces : shown,
    moved,
    follow,
    leftOut: followed.leftOut,
    query,
    histogram: first?.histogram ?? [],
    foundBy: pages?.[0]?.foundBy ?? null,
    problem: pages?.[0]?.problem ?? null,
    searched: pages?.at(-1)?.searched ?? null,
    // Where a further page follows, the list is not cut: it goes on. In an order, what the budget left out is missing from the first page on.
    cut:
      query.isPlaceholderData || (query.hasNextPage && (order === null || pages?.[0]?.cut?.why === 'row-limit'))
        ? null
        : (pages?.at(-1)?.cut ?? null),
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
