import { Agent, type Dispatcher } from 'undici';

const CONNECTIONS = 50;
const KEPT = 10;
const KEEP_ALIVE_MS = 30_000;

/** A place on a connection; `release` when the answer was read. */
interface Place {
  readonly dispatcher: Dispatcher;
  readonly release: () => void;
}

export interface Connections {
  take(origin: string): Place;
  close(): Promise<void>;
}

/**
 * At most 50 connections to a service, of which at most 10 idle, for 30 s. The library bounds connections, but not how many of them idle: so ten calls
 * share connections that are kept, and whoever comes while all ten are taken has one that ends with the call.
 */
export function openConnections(): Connections {
  const kept = new Agent({ connections: KEPT, keepAliveTimeout: KEEP_ALIVE_MS, keepAliveMaxTimeout: KEEP_ALIVE_MS, pipelining: 1 });
  const brief = new Agent({ connections: CONNECTIONS - KEPT, pipelining: 0 });
  const taken = new Map<string, number>();
  const count = (origin: string, by: number): number => {
    const calls = (taken.get(origin) ?? 0) + by;
    if (calls === 0) taken.delete(origin);
    else taken.set(origin, calls);
    return calls;
  };
  return {
    take(origin) {
      if ((taken.get(origin) ?? 0) >= KEPT) return { dispatcher: brief, release: () => {} };
      count(origin, 1);
      return { dispatcher: kept, release: () => void count(origin, -1) };
    },
    close: async () => void (await Promise.all([kept.close(), brief.close()])),
  };
}
