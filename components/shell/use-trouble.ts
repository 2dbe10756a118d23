'use client';
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { Attention } from '@/lib/contract/topology';
import type { TapCard } from '@/lib/contract/taps';
import { api } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';

export interface Trouble {
  readonly count: number;
  readonly level: 'warn' | 'bad';
}

/** What each screen has that needs a look, by the screen's first path part. Nothing is counted that is well. */
export function countTrouble(attention: readonly Attention[], taps: readonly TapCard[]): ReadonlyMap<string, Trouble> {
  const counts = new Map<string, Trouble>();
  const add = (screen: string, level: 'warn' | 'bad'): void => {
    const before = counts.get(screen);
    counts.set(screen, { count: (before?.count ?? 0) + 1, level: before?.level === 'bad' ? 'bad' : level });
  };
  for (const item of attention) add(`/${(item.href.split(/[?#]/)[0] ?? '').split('/')[1] ?? ''}`, item.level);
  for (const tap of taps) if (tap.problem || tap.status === 'failed' || tap.status === 'retrying') add('/settings', tap.status === 'failed' ? 'bad' : 'warn');
  return counts;
}

const noTaps: readonly TapCard[] = [];

export function useTrouble(): ReadonlyMap<string, Trouble> {
  const [live, setLive] = useState<readonly TapCard[] | null>(null);
  const attention = useQuery({ queryKey: ['attention'], queryFn: ({ signal }) => api.topology({}, signal), refetchInterval: 20_000, select: (view) => view.attention });
  const taps = useQuery({ queryKey: ['taps'], queryFn: ({ signal }) => api.taps(signal), staleTime: 30_000 });
  useLiveRoom({ room: 'taps' }, (frame) => {
    if (frame.taps) setLive(frame.taps);
  });
  return countTrouble(attention.data ?? [], live ?? taps.data?.taps ?? noTaps);
}
