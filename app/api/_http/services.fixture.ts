import pino from 'pino';
import type { Micros } from '@/lib/events/names';
import { compileRules } from '@/lib/events/recognise/compile-rules';
import { createInProcessBusPair } from '@/server/bus/in-process/in-process-bus';
import type { Bus } from '@/server/bus/bus';
import type { Store } from '@/server/store/store';
import { createCsrf } from '@/server/web/access/csrf';
import { aStore } from '@/server/web/fake-store.fixture';
import { PresentState } from '@/server/web/live/live-state';
import { provideServices } from '@/server/web/services';
import type { WebSettings } from '@/server/web/settings';
import { noBodies, testSettings } from '@/server/web/web.fixture';

/** 2026-11-21 12:00 UTC, µs: the present of every route test. */
export const now: Micros = Date.UTC(2026, 10, 21, 12) * 1000;

/** Services over a store that answers as given, and the collector's end of the bus. */
export function provideTestServices(given: { readonly store?: Partial<Store>; readonly settings?: Partial<WebSettings> } = {}): {
  readonly collector: Bus;
} {
  const [bus, collector] = createInProcessBusPair();
  const settings = { ...testSettings, port: 7200, ...given.settings };
  const live = new PresentState(settings, () => now);
  bus.onPeer((present) => live.setCollector(present));
  provideServices({
    store: aStore(given.store),
    bus,
    settings,
    live,
    rules: compileRules(),
    bodies: noBodies(),
    csrf: createCsrf({ port: 7200 }),
    clock: () => now,
    log: pino({ level: 'silent' }),
  });
  return { collector };
}

type Handler = (request: Request, context?: { readonly params: Promise<Record<string, string>> }) => Promise<Response>;

// oxlint-disable-next-line typescript/no-explicit-any
type Answered = any;

/** Calls a handler in process, as Next would: `params` are the address's segments, encoded; `segments: 'decoded'` hands them over decoded. The body is whatever the route answers: tests look into it freely. */
export async function call(
  handler: Handler,
  path: string,
  options: { readonly params?: Record<string, string>; readonly segments?: 'decoded'; readonly body?: unknown } = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Answered }> {
  const init =
    options.body === undefined
      ? {}
      : { method: 'POST', body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body) };
  const raw = Object.entries(options.params ?? {}).map(
    ([name, value]) => [name, value.includes('%') ? value : encodeURIComponent(value)] as const,
  );
  const [place = '', question] = path.split('?', 2);
  const address = [place, ...raw.map(([, value]) => value)].join('/') + (question === undefined ? '' : `?${question}`);
  const params = Object.fromEntries(raw.map(([name, value]) => [name, options.segments === 'decoded' ? decodeURIComponent(value) : value]));
  const response = await handler(new Request(`http://localhost:7200${address}`, init), { params: Promise.resolve(params) });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
