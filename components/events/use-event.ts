'use client';

import { useQuery } from '@tanstack/react-query';
import type { EventDetail } from '@/lib/contract/traces';
import { getJson } from '@/components/live/api';

/** One event with headers and body. What was stored does not change, so it is asked once. */
export const useEvent = (id: string) =>
  useQuery({
    queryKey: ['event', id],
    queryFn: ({ signal }) => getJson<EventDetail>(`/api/events/${encodeURIComponent(id)}`, {}, signal),
    staleTime: 60_000,
    placeholderData: undefined,
  });
