import type { QueryClient } from '@tanstack/react-query';
import type { ApiError as ApiErrorBody, SessionView } from '@/lib/contract/common';
import type { DemoView } from '@/lib/contract/demo';
import type { FindView } from '@/lib/contract/find';
import type { TapsView } from '@/lib/contract/taps';
import { LAST_15_MINUTES, writeRange, type AskedRange } from '@/lib/time/range';
import type { TopologyDetail, TopologyView } from '@/lib/contract/topology';

/** What an API route answered when it did not answer with data. `status` 0: it could not be reached at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly cure: string | null;

  constructor(status: number, code: string, text: string, cure: string | null) {
    super(text);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.cure = cure;
  }
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** `path?query`, without what is null or empty. */
export function withQuery(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Asks one of our own routes. The only `fetch` of the browser half, with `postJson`. */
export async function getJson<Answer>(path: string, query?: Query, signal?: AbortSignal): Promise<Answer> {
  return read<Answer>(await reach(withQuery(path, query), { signal: signal ?? null, headers: { accept: 'application/json' } }));
}

/** Does something: carries the token that only our own pages know. */
export async function postJson<Answer>(path: string, body: unknown): Promise<Answer> {
  const send = async (): Promise<Answer> => {
    const { csrf } = await getSession();
    return read<Answer>(
      await reach(path, {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json', 'x-eventyard-csrf': csrf },
        body: JSON.stringify(body),
      }),
    );
  };
  try {
    return await send();
  } catch (error) {
    // The server was started anew and signs with another key; the action was refused before it did anything.
    if (!(error instanceof ApiError) || error.code !== 'csrf') throw error;
    forgetSession();
    return send();
  }
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: 'no-store', credentials: 'same-origin' });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'Eventyard does not answer.', 'It may be restarting; this page tries again by itself.');
  }
}

async function read<Answer>(response: Response): Promise<Answer> {
  const text = await response.text();
  const data = parse(text);
  if (response.ok && data !== undefined) return data as Answer;
  const error = (data as Partial<ApiErrorBody> | undefined)?.error;
  throw new ApiError(
    response.status,
    error?.code ?? 'unreadable',
    error?.text ?? `The answer could not be read (status ${response.status}).`,
    error?.cure ?? null,
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

let session: Promise<SessionView> | null = null;

/** Environment, brokers, and the token for actions; asked once. A failure is not kept. */
export function getSession(): Promise<SessionView> {
  session ??= getJson<SessionView>('/api/session').catch((error: unknown) => {
    session = null;
    throw error;
  });
  return session;
}

/** After a restart of the server its token is another one. */
export function forgetSession(): void {
  session = null;
}

export const api = {
  session: getSession,
  topology: (query: Query, signal?: AbortSignal) => getJson<TopologyView>('/api/topology', query, signal),
  topologyDetail: (id: string, query: Query, signal?: AbortSignal) =>
    getJson<TopologyDetail>('/api/topology/detail', { id, ...query }, signal),
  taps: (signal?: AbortSignal) => getJson<TapsView>('/api/taps', {}, signal),
  retryTap: (tap: string) => postJson<{ ok: boolean }>('/api/taps/retry', { tap }),
  find: (q: string, signal?: AbortSignal) => getJson<FindView>('/api/find', { q }, signal),
  demoScenarios: () => getJson<DemoView>('/api/demo/scenario'),
  demoScenario: (scenario: string) => postJson<DemoView>('/api/demo/scenario', { scenario }),
};

/** The topology's snapshot of a range, as a query that several parts of the page may ask for at once. */
export function topologyQuery(range: AskedRange, brokers: readonly string[] | null) {
  const written = writeRange(range);
  return {
    queryKey: ['topology', written, brokers] as const,
    queryFn: ({ signal }: { readonly signal: AbortSignal }) => api.topology({ ...written, brokers: brokers?.join(',') ?? null }, signal),
  };
}

/** The topology as it was within the last minute, for who needs its names only: out of the answer that the page has or is waiting for. */
export const wiringQuery = (client: QueryClient) => ({
  queryKey: ['wiring'] as const,
  queryFn: (): Promise<TopologyView> => client.fetchQuery({ ...topologyQuery(LAST_15_MINUTES, null), staleTime: 60_000 }),
  staleTime: 60_000,
});
