import { fetch } from 'undici';
import type { Metrics } from '../metrics';
import { openConnections } from './connections';
import { createGuard, TargetFault, type BreakerState, type Guard, type GuardLimits } from './guard';

/** How a service asks another one, when it cannot wait for an event. Answers above 499 and broken connections are faults of the target. */
export interface HttpClient {
  get(target: string, path: string, options?: CallOptions & { readonly cached?: boolean }): Promise<HttpAnswer>;
  /** Tried again only when `idempotent` says that twice is once. */
  post(target: string, path: string, body: unknown, options?: CallOptions & { readonly idempotent?: boolean }): Promise<HttpAnswer>;
  state(target: string): BreakerState;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Parsed JSON, or null. */
  readonly body: unknown;
}

export interface HttpClientOptions {
  /** A service's name → where it listens now. */
  readonly find: (target: string) => string;
  readonly metrics: Metrics;
  /** Makes waits shorter in a run that is sped up; a call's own time stays, for the machine is no faster. */
  readonly time?: (ms: number) => number;
  readonly clock?: () => number;
  readonly limits?: Readonly<Record<string, Partial<GuardLimits>>>;
}

/** Calls under way and waiting, for each service that is called; what is not named may hold ten. Nobody is called more than 1,000 times a second. */
export const BULKHEADS: Readonly<Record<string, GuardLimits>> = {
  'user-service': { concurrent: 5, queued: 10 },
  'payment-service': { concurrent: 3, queued: 5 },
  'inventory-service': { concurrent: 10, queued: 20 },
  'order-service': { concurrent: 50, queued: 200 },
  'query-service': { concurrent: 50, queued: 200 },
};
const CALLS_PER_SECOND = 1_000;
const OTHERS: GuardLimits = { concurrent: 10, queued: 20 };

const CACHE_MS = 300_000;
const CACHED_ANSWERS = 1_000;
const GAUGE: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 0.5, open: 1 };

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { find, metrics, time = (ms) => ms, clock = Date.now } = options;
  const connections = openConnections();
  const guards = new Map<string, Guard>();
  const cache = new Map<string, { readonly until: number; readonly answer: HttpAnswer }>();

  const guardOf = (target: string): Guard => {
    const known = guards.get(target);
    if (known !== undefined) return known;
    const limits = { ...(BULKHEADS[target] ?? OTHERS), ...options.limits?.[target] };
    const guard = createGuard(
      target,
      {
        perSecond: CALLS_PER_SECOND,
        ...limits,
        openMs: time(limits.openMs ?? 10_000),
        retryDelayMs: time(limits.retryDelayMs ?? 100),
      },
      (state) => metrics.circuitBreakerState.set({ service: target }, GAUGE[state]),
    );
    metrics.circuitBreakerState.set({ service: target }, 0);
    guards.set(target, guard);
    return guard;
  };

  const send = async (
    target: string,
    path: string,
    init: { method: string; body?: string; headers: Record<string, string> },
    signal: AbortSignal,
  ): Promise<HttpAnswer> => {
    let answer: HttpAnswer;
    let release = (): void => {};
    try {
      const url = new URL(path, find(target));
      const place = connections.take(url.origin);
      release = place.release;
      const response = await fetch(url, { ...init, signal, dispatcher: place.dispatcher });
      answer = { status: response.status, body: await json(response) };
    } catch (error) {
      if (signal.aborted) throw error;
      throw new TargetFault(`${target} cannot be reached`, { cause: error });
    } finally {
      release();
    }
    if (answer.status >= 500) throw new TargetFault(`${target} answered ${answer.status}`);
    return answer;
  };

  const remember = (key: string, answer: HttpAnswer): void => {
    const oldest = cache.size >= CACHED_ANSWERS ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(key, { until: clock() + time(CACHE_MS), answer });
  };

  return {
    get: async (target, path, { headers = {}, cached = false } = {}) => {
      const key = `${target} ${path}`;
      const held = cached ? cache.get(key) : undefined;
      if (held !== undefined && held.until > clock()) return held.answer;
      const answer = await guardOf(target).run(
        (signal) => send(target, path, { method: 'GET', headers: { ...ACCEPT, ...headers } }, signal),
        {
          idempotent: true,
        },
      );
      if (cached && answer.status === 200) remember(key, answer);
      return answer;
    },
    post: (target, path, body, { headers = {}, idempotent = false } = {}) =>
      guardOf(target).run(
        (signal) =>
          send(
            target,
            path,
            { method: 'POST', body: JSON.stringify(body), headers: { ...ACCEPT, 'content-type': 'application/json', ...headers } },
            signal,
          ),
        { idempotent },
      ),
    state: (target) => guards.get(target)?.state() ?? 'closed',
    close: () => connections.close(),
  };
}

const ACCEPT = { accept: 'application/json', 'accept-encoding': 'br, gzip' };

async function json(response: { text(): Promise<string> }): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
