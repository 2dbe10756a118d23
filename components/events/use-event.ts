'use client';

import { useQuery } from '@tanstack/react-query';
import type { EventDetail } from '@/lib/contract/traces';
import { getJson } from '@/components/live/api';
import { isMissing, isWorthAnotherTry, retryDelayMs } from '@/components/live/retry-policy';

/** An event that is on the screen may be on its way to the store: the first look for it may come too soon. */
const LOOKS_AGAIN = 2;
const LOOK_AGAIN_MS = 400;

/** One event with headers and body. What was stored does not change, so it is asked once. */
export const useEvent = (id: string) =>
  useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => getJson<EventDetail>(`/api/events/${encodeURIComponent(id)}`, {}, signal),
    staleTime: 60_000,
    placeholderData: undefined,
    retry: (failures, error) => (isMissing(error) ? failures < LOOKS_AGAIN : isWorthAnotherTry(failures, error)),
    retryDelay: (attempt, error) => (isMissing(error) ? LOOK_AGAIN_MS : retryDelayMs(attempt)),
  });
