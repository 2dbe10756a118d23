'use client';
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import { usePathname, useSearchParams } from 'next/navigation';
import { LAST_15_MINUTES, readRange, writeRange, type AskedRange } from '@/lib/time/range';

/** What a link carries. Each `read…Url` understands what its `write…Url` wrote, and takes anything else for the default. */
interface Params {
  get(name: string): string | null;
}

/** The range of `from` and `to`; what cannot be understood is the last 15 minutes. */
export function readRangeUrl(params: Params): AskedRange {
  const range = readRange({ from: params.get('from'), to: params.get('to') });
  return range === 'not-a-range' ? LAST_15_MINUTES : range;
}

export function writeRangeUrl(params: URLSearchParams, range: AskedRange): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete('from');
  next.delete('to');
  const written = writeRange(range);
  if (written.from !== writeRange(LAST_15_MINUTES).from || written.to !== undefined) {
    next.set('from', written.from);
    if (written.to !== undefined) next.set('to', written.to);
  }
  return next;
}

/** Names of the brokers in view; `null` = all of them. */
export function readBrokersUrl(params: Params): readonly string[] | null {
  const names = (params.get('brokers') ?? '').split(',').filter((name) => name !== '');
  return names.length === 0 ? null : names;
}

export function writeBrokersUrl(params: URLSearchParams, brokers: readonly string[] | null): URLSearchParams {
  return writeText(params, 'brokers', brokers === null || brokers.length === 0 ? null : brokers.join(','));
}

/** One text field; empty and null leave no trace. */
export function writeText(params: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(params);
  if (value === null || value === '') next.delete(name);
  else next.set(name, value);
  return next;
}

export interface UrlState {
  readonly params: URLSearchParams;
  /** A change that Back undoes: a selection, a filter, a tab. */
  readonly push: (params: URLSearchParams) => void;
  /** A change that Back skips: typing, sorting. */
  readonly replace: (params: URLSearchParams) => void;
}

/**
 * What this page wrote into its address and the router has not told yet: it follows in a transition, some frames later. Fields that are bound
 * to the address would lose letters meanwhile.
 */
let written: { readonly pathname: string; readonly text: string } | null = null;
const listeners = new Set<() => void>();

function setWritten(next: typeof written): void {
  if (written === next) return;
  written = next;
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  if (listeners.size === 0) window.addEventListener('popstate', forget);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', forget);
  };
};
const forget = (): void => setWritten(null);

/** The page's own address. The history is written directly: no server is asked, and the router follows. */
export function useUrlState(): UrlState {
  const told = useSearchParams().toString();
  const pathname = usePathname();
  const own = useSyncExternalStore(
    subscribe,
    () => (written?.pathname === pathname ? written.text : null),
    () => null,
  );
  useEffect(() => {
    if (own !== null && own === told) forget();
  }, [own, told]);
  const text = own ?? told;
  const params = useMemo(() => new URLSearchParams(text), [text]);
  const go = useCallback(
    (way: 'pushState' | 'replaceState', next: URLSearchParams) => {
      const query = next.toString();
      if (query === new URLSearchParams(window.location.search).toString()) return;
      setWritten({ pathname, text: query });
      window.history[way](null, '', query === '' ? pathname : `${pathname}?${query}`);
    },
    [pathname],
  );
  const push = useCallback((next: URLSearchParams) => go('pushState', next), [go]);
  const replace = useCallback((next: URLSearchParams) => go('replaceState', next), [go]);
  return { params, push, replace };
}

/** One text field of the address as state: `const [selected, select] = useUrlText('sel')`. */
export function useUrlText(
  name: string,
  way: 'push' | 'replace' = 'push',
): readonly [value: string | null, set: (value: string | null) => void] {
  const { params, [way]: write } = useUrlState();
  const set = useCallback(
    (value: string | null) => write(writeText(new URLSearchParams(window.location.search), name, value)),
    [write, name],
  );
  return [params.get(name), set];
}

/** The range every screen reads: the choice and how to change it. */
export function useUrlRange(): readonly [range: AskedRange, set: (range: AskedRange) => void] {
  const { params, push } = useUrlState();
  const range = useMemo(() => readRangeUrl(params), [params]);
  return [range, useCallback((next: AskedRange) => push(writeRangeUrl(new URLSearchParams(window.location.search), next)), [push])];
}

export function useUrlBrokers(): readonly [brokers: readonly string[] | null, set: (brokers: readonly string[] | null) => void] {
  const { params, push } = useUrlState();
  const brokers = useMemo(() => readBrokersUrl(params), [params]);
  return [
    brokers,
    useCallback((next: readonly string[] | null) => push(writeBrokersUrl(new URLSearchParams(window.location.search), next)), [push]),
  ];
}

/** The fields that stay when one goes to another screen: range and brokers. */
export function keepView(params: URLSearchParams, href: string): string {
  const [path = '/', query = ''] = href.split('?');
  const next = new URLSearchParams(query);
  for (const name of ['from', 'to', 'brokers']) {
    const value = params.get(name);
    if (value !== null && !next.has(name)) next.set(name, value);
  }
  const text = next.toString();
  return text === '' ? path : `${path}?${text}`;
}
