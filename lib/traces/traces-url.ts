import { LONGEST_QUERY } from '@/lib/search/parse-query';
import { term, writeTerm } from '@/lib/search/write-query';
import { readTracesOrder, writeTracesOrder, type TracesOrder } from './traces-order';

interface Params {
  get(name: string): string | null;
}

/** What a link to the list of traces carries beside the shell's range and brokers. */
export interface TracesUrl {
  /** The line of the search; a link to a place (`service=web`, `channel=…`, `inbox=…`) is a search for it. */
  readonly q: string | null;
  readonly sel: string | null;
  /** null: by the newest event that was found. */
  readonly order: TracesOrder | null;
  /** New ones are put on top as they come. */
  readonly follow: boolean;
}

const placeFields = ['service', 'channel', 'inbox'] as const;

export const readTracesUrl = (params: Params): TracesUrl => ({
  q: searchText(params.get('q')) ?? placeQuery(params),
  sel: text(params.get('sel')),
  order: readTracesOrder(params.get('sort')),
  follow: params.get('follow') === '1',
});

function placeQuery(params: Params): string | null {
  const parts = placeFields.flatMap((field) => {
    const name = text(params.get(field));
    return name === null ? [] : [writeTerm(term(field, name))];
  });
  return parts.length === 0 ? null : parts.join(' AND ');
}

/** Changes only what is given; the rest of the address stays. */
export function writeTracesUrl(params: URLSearchParams, change: Partial<TracesUrl>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { q, sel, order, follow } = { ...readTracesUrl(params), ...change };
  set(next, 'q', q);
  set(next, 'sel', sel);
  set(next, 'sort', order === null ? null : writeTracesOrder(order));
  set(next, 'follow', follow ? '1' : null);
  for (const field of placeFields) next.delete(field);
  return next;
}

/** What a link into one trace carries. */
export interface TraceUrl {
  readonly view: TraceViewName;
  /** The selected event, and the inbox of it whose row is selected. */
  readonly event: string | null;
  readonly inbox: string | null;
  readonly tab: 'summary' | 'headers' | 'body' | 'diff' | 'why';
  /** The stretch of the timeline, µs from the first event; `null` is the whole trace. */
  readonly zoom: { readonly from: number; readonly to: number } | null;
  /** The chain that decided how long it took is drawn. */
  readonly path: boolean;
  /** Of the table. */
  readonly sort: { readonly column: string; readonly down: boolean } | null;
  readonly columns: readonly string[] | null;
}

export const traceViews = ['graph', 'timeline', 'sequence', 'table'] as const;
export type TraceViewName = (typeof traceViews)[number];

const tabs: readonly TraceUrl['tab'][] = ['summary', 'headers', 'body', 'diff', 'why'];

export const readTraceUrl = (params: Params): TraceUrl => ({
  view: traceViews.find((view) => view === params.get('view')) ?? 'timeline',
  event: text(params.get('event')),
  inbox: text(params.get('inbox')),
  tab: tabs.find((tab) => tab === params.get('tab')) ?? 'summary',
  zoom: readZoom(params.get('zoom')),
  path: params.get('path') !== '0',
  sort: readSort(params.get('sort')),
  columns: text(params.get('cols'))?.split(',').filter(Boolean) ?? null,
});

export function writeTraceUrl(params: URLSearchParams, change: Partial<TraceUrl>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { view, event, inbox, tab, zoom, path, sort, columns } = { ...readTraceUrl(params), ...change };
  set(next, 'view', view === 'timeline' ? null : view);
  set(next, 'event', event);
  set(next, 'inbox', event === null ? null : inbox);
  set(next, 'tab', event === null || tab === 'summary' ? null : tab);
  set(next, 'zoom', zoom === null ? null : `${Math.round(zoom.from)}-${Math.round(zoom.to)}`);
  set(next, 'path', path ? null : '0');
  set(next, 'sort', sort === null ? null : `${sort.down ? '-' : ''}${sort.column}`);
  set(next, 'cols', columns === null || columns.length === 0 ? null : columns.join(','));
  return next;
}

function readZoom(given: string | null): TraceUrl['zoom'] {
  const [, from, to] = /^(\d{1,16})-(\d{1,16})$/.exec(given ?? '') ?? [];
  const zoom = { from: Number(from), to: Number(to) };
  return from !== undefined && zoom.to > zoom.from ? zoom : null;
}

function readSort(given: string | null): TraceUrl['sort'] {
  const [, down, column] = /^(-?)([a-z]{1,20})$/.exec(given ?? '') ?? [];
  return column === undefined ? null : { column, down: down === '-' };
}

/** An id in an address is at most this long; longer is not one of ours. */
const LONGEST = 1_024;

const searchText = (value: string | null): string | null => (value === null || value.trim() === '' ? null : value.slice(0, LONGEST_QUERY));

const text = (value: string | null): string | null => (value === null || value.trim() === '' ? null : value.slice(0, LONGEST));

function set(params: URLSearchParams, name: string, value: string | null): void {
  if (value === null) params.delete(name);
  else params.set(name, value);
}
