'use client';

import { useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { GroupPoint, LagDetail, LagView } from '@/lib/contract/samples';
import { getJson } from '@/components/live/api';
import { useFeedPart, useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';
import type { Place } from '@/components/events/use-place';

export const lagKey = ({ broker, inbox }: Place): string => `${broker}/${inbox}`;

/** At most this many groups are sampled every second for one tab; the rest come as they are sampled anyway. */
const WATCHED = 60;

/** All groups: verdicts as the server judges them, numbers in place as they are sampled. */
export function useLag(question: { readonly from: string; readonly to: string | null; readonly brokers: string | null }) {
  const paused = useFeedPart((feed) => feed.pausedAt !== null);
  const query = useQuery({
    queryKey: ['lag', question],
    queryFn: ({ signal }) => getJson<LagView>('/api/lag', question, signal),
    refetchInterval: paused ? false : 5_000,
  });
  const rows = useMemo(() => query.data?.rows ?? [], [query.data]);
  const watch = useMemo(() => rows.slice(0, WATCHED).map(({ point }) => ({ broker: point.broker, inbox: point.inbox })), [rows]);
  const points = useNewest<GroupPoint>();
  const take = useAtMost(points.flush, 500);
  useLiveRoom(
    { room: 'lag' },
    (frame) => {
      if (!frame.groups) return;
      points.add(frame.groups);
      take();
    },
    watch,
  );
  const fresh = useMemo(
    () =>
      rows.map((row) => {
        const newest = points.newest.get(lagKey(row.point));
        return newest && newest.at > row.point.at ? { ...row, point: newest } : row;
      }),
    [rows, points.newest],
  );
  return { query, rows: fresh };
}

interface Sampled extends Place {
  readonly at: number;
}

/** The newest sample of each inbox; collected as frames come and shown when flushed. */
export function useNewest<Point extends Sampled>() {
  const [store] = useState(() => new Map<string, Point>());
  const [newest, setNewest] = useState<ReadonlyMap<string, Point>>(new Map());
  return {
    newest,
    add: (points: readonly Point[]): void => {
      for (const point of points) {
        const key = lagKey(point);
        if ((store.get(key)?.at ?? 0) <= point.at) store.set(key, point);
      }
    },
    flush: (): void => setNewest(new Map(store)),
  };
}

/** One group: its charts and members, asked again every few seconds while it is open. */
export function useLagDetail({ broker, inbox }: Place, range: { readonly from: string; readonly to: string | null }) {
  const paused = useFeedPart((feed) => feed.pausedAt !== null);
  return useQuery({
    queryKey: ['lag', broker, inbox, range],
    queryFn: ({ signal }) => getJson<LagDetail>(`/api/lag/${encodeURIComponent(broker)}/${encodeURIComponent(inbox)}`, range, signal),
    refetchInterval: paused || range.to !== null ? false : 3_000,
  });
}
