'use client';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { endsNow, type AskedRange } from '@/lib/time/range';
import type { TopologyRates, TopologyView } from '@/lib/contract/topology';
import { topologyQuery } from '@/components/live/api';
import { useLiveRoom } from '@/components/live/live-feed-hooks';
import { createRatesStore, type RatesStore } from './rates-store';

/** A changed picture is asked for at once, then at most every 3 s while it goes on changing. */
const PICTURE_EVERY_MS = 3_000;

export function useTopology(range: AskedRange, brokers: readonly string[] | null) {
  const client = useQueryClient();
  const live = endsNow(range);
  const query = useQuery({ ...topologyQuery(range, brokers), refetchInterval: live ? 15_000 : false });
  const [store] = useState(createRatesStore);
  const changes = useChanges(() => void client.invalidateQueries({ queryKey: ['topology'] }));
  useLiveRoom({ room: 'topology' }, (frame) => {
    if (!frame.topology) return;
    if (live) store.set(frame.topology.rates);
    if (frame.topology.changed) changes();
  });
  usePastRates(query.data, live, range, store);
  return { query, store, live };
}

/** Runs the action at the first call and then at most every `PICTURE_EVERY_MS`, never losing the last call. */
function useChanges(action: () => void): () => void {
  const state = useRef<{ timer: ReturnType<typeof setTimeout> | null; at: number }>({ timer: null, at: 0 });
  useEffect(() => {
    const held = state.current;
    return () => {
      if (held.timer) clearTimeout(held.timer);
      held.timer = null;
    };
  }, []);
  return () => {
    const held = state.current;
    held.timer ??= setTimeout(
      () => {
        held.timer = null;
        held.at = Date.now();
        action();
      },
      Math.max(50, PICTURE_EVERY_MS - (Date.now() - held.at)),
    );
  };
}

/** In the past an edge's rate is its count over the window; what waited then is not in the picture. */
export function ratesOfWindow(view: TopologyView, seconds: number): TopologyRates {
  return {
    edges: Object.fromEntries(view.edges.map((edge) => [edge.id, { rate: seconds > 0 ? edge.count / seconds : 0, errorShare: 0 }])),
    inboxes: {},
  };
}

function usePastRates(view: TopologyView | undefined, live: boolean, range: AskedRange, store: RatesStore): void {
  const seconds = useMemo(
    () =>
      range.from.kind === 'at' && range.to.kind === 'at'
        ? Math.abs(range.to.at - range.from.at) / 1e6
        : range.from.kind === 'ago' && range.to.kind === 'ago'
          ? Math.abs(range.from.ms - range.to.ms) / 1000
          : 900,
    [range],
  );
  useEffect(() => {
    if (!live && view) store.set(ratesOfWindow(view, seconds));
  }, [view, live, seconds, store]);
}
