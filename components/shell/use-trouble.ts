'use client';
import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { Attention, TopologyView } from '@/lib/contract/topology';
import type { TapCard } from '@/lib/contract/taps';
import { LAST_15_MINUTES } from '@/lib/time/range';
import { api, topologyQuery } from '@/components/live/api';
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
  for (const tap of taps)
    if (tap.problem || tap.status === 'failed' || tap.status === 'retrying') add('/settings', tap.status === 'failed' ? 'bad' : 'warn');
  return counts;
}

const attentionOf = (view: TopologyView): readonly Attention[] => view.attention;

const noTaps: readonly TapCard[] = [];

export function useTrouble(): ReadonlyMap<string, Trouble> {
  const [live, setLive] = useState<readonly TapCard[] | null>(null);
  // The topology's own question at its default range: on that screen nothing is asked twice.
  const attention = useQuery({ ...topologyQuery(LAST_15_MINUTES, null), refetchInterval: 20_000, select: attentionOf });
  const taps = useQuery({ queryKey: ['taps'], queryFn: ({ signal }) => api.taps(signal), staleTime: 30_000 });
  useLiveRoom({ room: 'taps' }, (frame) => {
    if (frame.taps) setLive(frame.taps);
  });
  return countTrouble(attention.data ?? [], live ?? taps.data?.taps ?? noTaps);
}
