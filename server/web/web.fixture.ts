import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import type { Micros } from '@/lib/events/names';
import { createInProcessBusPair } from '@/server/bus/in-process/in-process-bus';
import type { Bus } from '@/server/bus/bus';
import type { Store } from '@/server/store/store';
import { aStore } from './fake-store.fixture';
import type { WebSettings } from './settings';
import { Bodies } from '@/server/decoding/bodies';
import { openDecoder } from '@/server/decoding/decoder';
import { startWeb } from './start-web';

export interface TestWeb {
  readonly url: string;
  readonly port: number;
  /** The collector's end of the bus. */
  readonly collector: Bus & { stall(stalled: boolean): void };
  close(): Promise<void>;
}

/** The web half on an http server of its own, with a bus whose other end is the test's; every other request is answered `ok`. */
export async function startTestWeb(
  given: { readonly store?: Partial<Store>; readonly settings?: Partial<WebSettings>; readonly clock?: () => Micros } = {},
): Promise<TestWeb> {
  const [bus, collector] = createInProcessBusPair();
  let guard: (typeof web)['guardRequest'] | null = null;
  const server = createServer((request, response) => {
    if (guard?.(request, response))
      response.end(
        JSON.stringify({ ok: true, nonce: request.headers['x-nonce'] ?? null, csp: request.headers['content-security-policy'] ?? null }),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const web = await startWeb({
    server,
    bus,
    bodies: noBodies(),
    store: aStore(given.store),
    log: pino({ level: 'silent' }),
    clock: given.clock ?? (() => Date.now() * 1000),
    settings: { ...testSettings, port, ...given.settings },
  });
  guard = web.guardRequest;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    collector,
    async close() {
      await web.close();
      await bus.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close').catch(() => undefined);
    },
  };
}

/** Nothing is configured to be decoded; MessagePack and CBOR are all the same. */
export const noBodies = (): Bodies => new Bodies({ registries: new Map(), protobuf: [], decoder: openDecoder() });

export const testSettings: WebSettings = {
  environment: { name: 'test', kind: 'development' },
  brokers: [
    { name: 'kafka', system: 'kafka', inProcess: false },
    { name: 'rabbit', system: 'rabbitmq', inProcess: false },
  ],
  allowedHosts: ['watch.example'],
  port: 0,
  sagas: [],
  demo: false,
  serviceNames: {},
  rules: [],
};
