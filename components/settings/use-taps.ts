'use client';
import { useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TapCard } from '@/lib/contract/taps';
import { api } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { toast } from '@/components/ui/toast';
import type { LampKind } from '@/components/ui/lamp';

/** The taps' cards: a snapshot, then as the feed brings them. */
export function useTaps() {
  const query = useQuery({ queryKey: ['taps'], queryFn: ({ signal }) => api.taps(signal), refetchInterval: 10_000 });
  const [live, setLive] = useState<{ readonly taps: readonly TapCard[]; readonly at: number } | null>(null);
  useLiveRoom({ room: 'taps' }, (frame) => {
    if (frame.taps) setLive({ taps: frame.taps, at: Date.now() });
  });
  const taps = live && live.at > query.dataUpdatedAt ? live.taps : (query.data?.taps ?? []);
  return { query, taps };
}

export function useRetryTap() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (tap: string) => api.retryTap(tap),
    onSuccess: (answer, tap) => (answer.ok ? toast(`${tap} is tried again`) : toast(`${tap} cannot be tried again now`, 'warn')),
    onError: (error) => toast(error.message, 'bad'),
    onSettled: () => void client.invalidateQueries({ queryKey: ['taps'] }),
  });
}

/** A tap's state as a lamp and a word. */
export function tapState(tap: TapCard): readonly [LampKind, string] {
  switch (tap.status) {
    case 'live':
      return tap.problem
        ? ['warn', 'listening in part']
        : (tap.behindMs ?? 0) > 5000 && tap.rate > 0
          ? ['warn', 'catching up']
          : ['ok', 'listening'];
    case 'starting':
      return ['off', 'starting'];
    case 'paused':
      return ['paused', 'paused, the store is slow'];
    case 'retrying':
      return ['warn', 'trying again'];
    case 'failed':
      return ['stop', 'failed'];
    case 'closed':
      return ['idle', 'closed'];
  }
}
