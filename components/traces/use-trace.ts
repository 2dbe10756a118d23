'use client';

import { useMemo, useRef } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LiveFrame } from '@/lib/contract/live';
import type { TopologyView } from '@/lib/contract/topology';
import type { EventRow, TraceView } from '@/lib/contract/traces';
import { EarlyEvents, withRows } from '@/lib/traces/early-events';
import { firstPartPath, isFirstPart, tracePath } from '@/lib/traces/first-part';
import { noWiring, wiringOf, type TraceWiring } from '@/lib/traces/timeline';
import { getJson, wiringQuery } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { useAtMost } from '@/components/events/use-at-most';

/** A longer trace is read as a list: what is concluded about it is not worth asking for all of it again. */
const ASKED_AGAIN_BELOW = 2_000;

/** A short trace is drawn again for each event; a long one collects them for a while. */
const SHORT = 300;
const SHORT_EVERY_MS = 100;
const LONG_EVERY_MS = 500;
/** Events came of which some may be of this trace. */
const LOOK_AGAIN_EVERY_MS = 500;

/**
 * One trace, with what arrives while it is open put into its tree here, also what is only on its way to the store: nothing is asked again for a
 * frame that was whole. A long trace is there twice: its first events at once, then all of them; `whole` waits for these.
 */
export function useTrace(traceId: string, { whole = false }: { readonly whole?: boolean } = {}) {
  const client = useQueryClient();
  const queryKey = useMemo(() => ['trace', traceId], [traceId]);
  const early = useMemo(() => new EarlyEvents(traceId), [traceId]);
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const look = async (path: string): Promise<TraceView> => {
        const lookedAt = Date.now();
        return early.withEarly(await getJson<TraceView>(path, {}, signal), lookedAt);
      };
      if (!whole && client.getQueryData(queryKey) === undefined) {
        const trace = await look(firstPartPath(traceId));
        if (!isFirstPart(trace)) return trace;
        client.setQueryData<TraceView>(queryKey, trace);
      }
      return look(tracePath(traceId));
    },
    placeholderData: undefined,
  });
  const waiting = useRef<EventRow[]>([]);
  const lookAgain = useAtMost(() => void client.invalidateQueries({ queryKey }), LOOK_AGAIN_EVERY_MS);
  const flush = useAtMost(
    () => {
      const rows = waiting.current.splice(0);
      const before = client.getQueryData<TraceView>(queryKey);
      if (before === undefined) lookAgain();
      else if (rows.length > 0) client.setQueryData<TraceView>(queryKey, withRows(before, rows));
    },
    (query.data?.nodes.length ?? 0) < SHORT ? SHORT_EVERY_MS : LONG_EVERY_MS,
  );
  // Who has consumed what, and what deserves a word, is concluded on the server: asked again some time after the last event.
  const settle = useAtMost(() => {
    const nodes = client.getQueryData<TraceView>(queryKey)?.nodes.length ?? 0;
    if (nodes < ASKED_AGAIN_BELOW) void client.invalidateQueries({ queryKey });
  }, 5_000);
  useLiveRoom({ room: 'trace', traceId }, (frame: LiveFrame) => {
    if (frame.resync) early.clear();
    const mine = (rows: readonly EventRow[] = []): EventRow[] => rows.filter((row) => row.traceId === early.traceId);
    const [read, stored] = [mine(frame.early), mine(frame.events?.rows)];
    early.add([...read, ...stored], Date.now());
    if (stored.length > 0) settle();
    const known = new Set(client.getQueryData<TraceView>(queryKey)?.nodes.map(({ event }) => event.id));
    const rows = [...read, ...stored].filter(({ id }) => !known.has(id));
    if (rows.length > 0) {
      waiting.current.push(...rows);
      flush();
    }
    if ((frame.events?.more ?? 0) > 0) lookAgain();
  });
  return query;
}

/** Who reads what, as the brokers declare it now; without it the waterfall shows events alone. */
export function useWiring(): { readonly wiring: TraceWiring; readonly topology: TopologyView | null } {
  const { data } = useQuery(wiringQuery(useQueryClient()));
  return useMemo(() => ({ wiring: data ? wiringOf(data) : noWiring, topology: data ?? null }), [data]);
}
