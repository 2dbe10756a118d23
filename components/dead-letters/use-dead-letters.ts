'use client';

import { useState } from 'react';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DeadLetterDetail, DeadLetterPage, DeadLettersView } from '@/lib/contract/dead-letters';
import { getJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';

export interface DeadLettersQuestion {
  readonly from: string;
  readonly to: string | null;
  readonly brokers: string | null;
}

/** Causes with their counts; letters that arrive are counted and wait, a replay's outcome is shown at once. */
export function useDeadLetters(question: DeadLettersQuestion) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['dead-letters', question],
    queryFn: ({ signal }) => getJson<DeadLettersView>('/api/dead-letters', { ...question }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [added, setAdded] = useState({ since: 0, count: 0 });
  const since = query.dataUpdatedAt;
  useLiveRoom({ room: 'dead-letters' }, (frame) => {
    const more = frame.deadLetters?.added ?? 0;
    if (more > 0) setAdded((before) => ({ since, count: (before.since === since ? before.count : 0) + more }));
    if (frame.replay) void client.invalidateQueries({ queryKey: ['letters'] });
    if (frame.replay) void client.invalidateQueries({ queryKey: ['letter'] });
  });
  return {
    query,
    added: added.since === since ? added.count : 0,
    showNew: (): void => {
      void query.refetch();
      void client.invalidateQueries({ queryKey: ['letters'] });
    },
  };
}

/** The letters of one group, newest first, a page at a time. */
export const useLetters = (group: string, question: DeadLettersQuestion) =>
  useInfiniteQuery({
    queryKey: ['letters', group, question],
    queryFn: ({ pageParam, signal }) =>
      getJson<DeadLetterPage>('/api/dead-letters/letters', { group, ...question, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: undefined,
  });

export const useLetter = (id: string, everyMs: number | false = false) =>
  useQuery({
    queryKey: ['letter', id],
    queryFn: ({ signal }) => getJson<DeadLetterDetail>(`/api/dead-letters/${encodeURIComponent(id)}`, {}, signal),
    placeholderData: undefined,
    refetchInterval: everyMs,
  });
