'use client';

import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { QueueDetail, QueuePoint, QueuesView } from '@/lib/contract/samples';
import { getJson } from '@/components/live/api';
import { useFeedPart, useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';
import type { Place } from '@/components/events/use-place';
import { lagKey, useNewest } from '@/components/lag/use-lag';

export const queueKey = lagKey;

/** Passive declares cost the broker a round trip each: no more than this many for one tab. */
const WATCHED = 60;

/** All queues: verdicts as the server judges them, numbers in place as they are sampled. */
export function useQueues(question: { readonly from: string; readonly to: string | null; readonly brokers: string | null }) {
  const paused = useFeedPart((feed) => feed.pausedAt !== null);
  const query = useQuery({
    queryKey: ['queues', question],
    queryFn: ({ signal }) => getJson<QueuesView>('/api/queues', question, signal),
    refetchInterval: paused ? false : 5_000,
  });
  const rows = useMemo(() => query.data?.rows ?? [], [query.data]);
  const watch = useMemo(() => rows.slice(0, WATCHED).map(({ point }) => ({ broker: point.broker, inbox: point.inbox })), [rows]);
  const points = useNewest<QueuePoint>();
  const take = useAtMost(points.flush, 500);
  useLiveRoom(
    { room: 'queues' },
    (frame) => {
      if (!frame.queues) return;
      points.add(frame.queues);
      take();
    },
    watch,
  );
  const fresh = useMemo(
    () =>
      rows.map((row) => {
        const newest = points.newest.get(queueKey(row.point));
        return newest && newest.at > row.point.at ? { ...row, point: merge(row.point, newest) } : row;
      }),
    [rows, points.newest],
  );
  return { query, rows: fresh };
}

/** A passive declare knows only ready and consumers; what it does not know stays as it was read last. */
function merge(before: QueuePoint, newest: QueuePoint): QueuePoint {
  return {
    ...newest,
    unacked: newest.unacked ?? before.unacked,
    publishRate: newest.publishRate ?? before.publishRate,
    deliverRate: newest.deliverRate ?? before.deliverRate,
    ackRate: newest.ackRate ?? before.ackRate,
    redeliverRate: newest.redeliverRate ?? before.redeliverRate,
  };
}

export function useQueueDetail({ broker, inbox }: Place, range: { readonly from: string; readonly to: string | null }) {
  const paused = useFeedPart((feed) => feed.pausedAt !== null);
  return useQuery({
    queryKey: ['queues', broker, inbox, range],
    queryFn: ({ signal }) => getJson<QueueDetail>(`/api/queues/${encodeURIComponent(broker)}/${encodeURIComponent(inbox)}`, range, signal),
    refetchInterval: paused || range.to !== null ? false : 3_000,
  });
}
