'use client';

import { useMemo, useRef } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LiveFrame } from '@/lib/contract/live';
import type { TopologyView } from '@/lib/contract/topology';
import type { EventRow, TraceView } from '@/lib/contract/traces';
import { assembleTrace } from '@/lib/traces/assemble-trace';
import { noWiring, wiringOf, type TraceWiring } from '@/lib/traces/timeline';
import { api, getJson } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';

/** A longer trace is read as a list: what is concluded about it is not worth asking for all of it again. */
const ASKED_AGAIN_BELOW = 2_000;

/** One trace, with what arrives while it is open put into its tree here: nothing is asked again for a frame that was whole. */
export function useTrace(traceId: string) {
  const client = useQueryClient();
  const queryKey = useMemo(() => ['trace', traceId], [traceId]);
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => getJson<TraceView>(`/api/traces/${encodeURIComponent(traceId)}`, {}, signal),
    placeholderData: undefined,
  });
  const waiting = useRef<EventRow[]>([]);
  const missed = useRef(false);
  const flush = useAtMost(() => {
    const rows = waiting.current.splice(0);
    const before = client.getQueryData<TraceView>(queryKey);
    if (before === undefined || missed.current) {
      missed.current = false;
      void client.invalidateQueries({ queryKey });
    } else if (rows.length > 0) {
      const after = assembleTrace(traceId, [...before.nodes.map((node) => node.event), ...rows], before.cut);
      client.setQueryData<TraceView>(queryKey, before.story ? { ...after, story: before.story } : after);
      if (after.nodes.length < ASKED_AGAIN_BELOW) settle();
    }
  }, 500);
  // Who has consumed what, and what deserves a word, is concluded on the server: asked again some time after the last event.
  const settle = useAtMost(() => void client.invalidateQueries({ queryKey }), 5_000);
  useLiveRoom({ room: 'trace', traceId }, (frame: LiveFrame) => {
    if (!frame.events) return;
    const rows = frame.events.rows.filter((row) => row.traceId === traceId);
    if (frame.events.more > 0) missed.current = true;
    if (rows.length === 0 && !missed.current) return;
    waiting.current.push(...rows);
    flush();
  });
  return query;
}

/** Who reads what, as the brokers declare it now; without it the waterfall shows events alone. */
export function useWiring(): { readonly wiring: TraceWiring; readonly topology: TopologyView | null } {
  const { data } = useQuery({
    queryKey: ['wiring'],
    queryFn: ({ signal }): Promise<TopologyView> => api.topology({}, signal),
    staleTime: 60_000,
  });
  return useMemo(() => ({ wiring: data ? wiringOf(data) : noWiring, topology: data ?? null }), [data]);
}
