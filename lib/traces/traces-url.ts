interface Params {
  get(name: string): string | null;
}

/** What a link to the list of traces carries beside the shell's range and brokers. */
export interface TracesUrl {
  readonly q: string | null;
  readonly errors: boolean;
  readonly sel: string | null;
  /** Only traces that touched this place. */
  readonly place: TracesPlace | null;
}

export interface TracesPlace {
  readonly kind: 'service' | 'channel' | 'inbox';
  readonly name: string;
}

const placeKinds: readonly TracesPlace['kind'][] = ['service', 'channel', 'inbox'];

export const readTracesUrl = (params: Params): TracesUrl => ({
  q: text(params.get('q')),
  errors: params.get('errors') === '1',
  sel: text(params.get('sel')),
  place:
    placeKinds.flatMap((kind): TracesPlace[] => {
      const name = text(params.get(kind));
      return name === null ? [] : [{ kind, name }];
    })[0] ?? null,
});

/** Changes only what is given; the rest of the address stays. */
export function writeTracesUrl(params: URLSearchParams, change: Partial<TracesUrl>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { q, errors, sel, place } = { ...readTracesUrl(params), ...change };
  set(next, 'q', q);
  set(next, 'errors', errors ? '1' : null);
  set(next, 'sel', sel);
  for (const kind of placeKinds) set(next, kind, place?.kind === kind ? place.name : null);
  return next;
}

/** What a link into one trace carries. */
export interface TraceUrl {
  readonly view: 'timeline' | 'table';
  /** The selected event, and the inbox of it whose row is selected. */
  readonly event: string | null;
  readonly inbox: string | null;
  readonly tab: 'summary' | 'headers' | 'body' | 'why';
}

const tabs: readonly TraceUrl['tab'][] = ['summary', 'headers', 'body', 'why'];

export const readTraceUrl = (params: Params): TraceUrl => ({
  view: params.get('view') === 'table' ? 'table' : 'timeline',
  event: text(params.get('event')),
  inbox: text(params.get('inbox')),
  tab: tabs.find((tab) => tab === params.get('tab')) ?? 'summary',
});

export function writeTraceUrl(params: URLSearchParams, change: Partial<TraceUrl>): URLSearchParams {
  const next = new URLSearchParams(params);
  const { view, event, inbox, tab } = { ...readTraceUrl(params), ...change };
  set(next, 'view', view === 'timeline' ? null : view);
  set(next, 'event', event);
  set(next, 'inbox', event === null ? null : inbox);
  set(next, 'tab', event === null || tab === 'summary' ? null : tab);
  return next;
}

/** An id in an address is at most this long; longer is not one of ours. */
const LONGEST = 1_024;

const text = (value: string | null): string | null => (value === null || value.trim() === '' ? null : value.slice(0, LONGEST));

function set(params: URLSearchParams, name: string, value: string | null): void {
  if (value === null) params.delete(name);
  else params.set(name, value);
}
