'use client';
import { useCallback, useSyncExternalStore } from 'react';
import type { TopologyRates } from '@/lib/contract/topology';

/**
 * The live numbers of the picture, outside of React Flow's nodes and edges: those keep their identity while numbers change. A part that
 * reads one number draws again only when what it shows of it changes. What is shown changes at most twice a second; `now()` is always newest.
 */
export interface RatesStore {
  set(rates: TopologyRates): void;
  /** Newest values, for the particles. */
  now(): TopologyRates;
  subscribe(listener: () => void): () => void;
  /** Values of the last tick that was shown. */
  shown(): TopologyRates;
}

const empty: TopologyRates = { edges: {}, inboxes: {} };
const TICK_MS = 500;

export function createRatesStore(): RatesStore {
  let newest = empty;
  let shown = empty;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let shownAt = 0;
  const listeners = new Set<() => void>();
  const show = (): void => {
    timer = null;
    shownAt = performance.now();
    shown = newest;
    for (const listener of listeners) listener();
  };
  return {
    set(rates) {
      newest = rates;
      const wait = TICK_MS - (performance.now() - shownAt);
      if (wait <= 0 && timer === null) show();
      else timer ??= setTimeout(show, Math.max(0, wait));
    },
    now: () => newest,
    shown: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A part of the shown numbers as a primitive (text, number): equal values do not draw again. */
export function useRates<Value extends string | number | null>(store: RatesStore, select: (rates: TopologyRates) => Value): Value {
  const read = useCallback(() => select(store.shown()), [store, select]);
  return useSyncExternalStore(store.subscribe, read, read);
}

export const sumRates = (rates: TopologyRates, ids: readonly string[]): number =>
  ids.reduce((sum, id) => sum + (rates.edges[id]?.rate ?? 0), 0);

/** The same numbers with those of merged edges added up: once for each new set of numbers. */
export function addUpRates(store: RatesStore, membersOf: ReadonlyMap<string, readonly string[]>): RatesStore {
  if (membersOf.size === 0) return store;
  const known = new WeakMap<TopologyRates, TopologyRates>();
  const added = (rates: TopologyRates): TopologyRates => {
    const before = known.get(rates);
    if (before) return before;
    const sums = [...membersOf].map(([id, members]) => {
      const rate = sumRates(rates, members);
      const failed = members.reduce((sum, member) => sum + (rates.edges[member]?.rate ?? 0) * (rates.edges[member]?.errorShare ?? 0), 0);
      return [id, { rate, errorShare: rate > 0 ? failed / rate : 0 }] as const;
    });
    const after: TopologyRates = { ...rates, edges: { ...rates.edges, ...Object.fromEntries(sums) } };
    known.set(rates, after);
    return after;
  };
  return { ...store, now: () => added(store.now()), shown: () => added(store.shown()) };
}
