import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { openIpcBus } from './bus/ipc/ipc-bus';
import { ownRules } from './config/recognition';
import { systemOf, type Config } from './config/schema';
import type { StartOrder } from './collector-child';
import type { Log } from './log';
import { answerHealth } from './process/health';
import { closeServer, listen, makeServer } from './process/http-server';
import { superviseChild } from './process/supervise-child';
import { openBodies } from './decoding/open-bodies';
import { microsClock, openConfiguredStore, openRegistries, sagaDefinitions, type StoreAccess } from './start';
import { startEmbeddedStore } from './store/embedded/start-embedded';
import { startWeb } from './web/start-web';

const COLLECTOR = fileURLToPath(new URL('./collector-main.ts', import.meta.url));
/** Of the 10 s that a stop may take: the collector flushes its batches first, then the store closes. */
const COLLECTOR_STOPS_WITHIN_MS = 6_000;

/** What answers the requests that are neither refused nor about health. */
export interface Pages {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  close(): Promise<void>;
}

export type OpenPages = (server: Server, config: Config, port: number) => Promise<Pages>;

export interface AllOptions {
  readonly openPages: OpenPages;
  readonly collectorEntry?: string | undefined;
  /** The longest wait before a collector that died is started again, ms. */
  readonly longestWaitMs?: number;
}

export interface AllRunning {
  readonly port: number;
  readonly storeAccess: StoreAccess;
  /** Process ids of the children that run now; null between two lives, or where the store is a server of somebody else. */
  pids(): { readonly collector: number | null; readonly store: number | null };
  close(): Promise<void>;
}

/**
 * Role `all`: this process is the web half; the collector and the embedded store are its children, so that a busy tap never stalls a socket and
 * a heavy page never stalls a tap (design: two halves that meet only at the store and the bus).
 */
export async function startAll(config: Config, log: Log, options: AllOptions): Promise<AllRunning> {
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    return { ...(await start(config, log, options, closers)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  config: Config,
  log: Log,
  { openPages, collectorEntry = COLLECTOR, longestWaitMs }: AllOptions,
  closers: (() => Promise<void>)[],
): Promise<Omit<AllRunning, 'close'>> {
  // The port is taken first: if it can't be had, nothing else needs to be undone, and /healthz answers from the first moment.
  const state: { handle: Parameters<typeof makeServer>[0] | null } = { handle: null };
  const server = makeServer((request, response) => {
    if (state.handle === null) {
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' }).end('starting\n');
      return;
    }
    state.handle(request, response);
  });
  const port = await listen(server, config.listen.host, config.listen.port);
  closers.push(() => closeServer(server));

  const { access, pid } = await reachStore(config, log, closers);
  const store = await openConfiguredStore(config, access, log);
  closers.push(() => store.close());

  const bus = openIpcBus();
  const collector = superviseChild({
    entry: collectorEntry,
    name: 'collector',
    log,
    ...(longestWaitMs === undefined ? {} : { longestWaitMs }),
    onStart: (child) => {
      const order: StartOrder = { eventyardStart: { config, store: access } };
      child.send(order);
      bus.attach(child);
    },
  });
  closers.push(() => collector.close(COLLECTOR_STOPS_WITHIN_MS));

  const bodies = openBodies(config, openRegistries(config));
  closers.push(() => bodies.close());
  const web = await startWeb({
    server,
    store,
    bus,
    log,
    clock: microsClock(),
    bodies,
    settings: {
      environment: config.environment,
      brokers: config.brokers.map((broker) => ({ name: broker.name, system: systemOf(broker), inProcess: broker.inProcess !== undefined })),
      allowedHosts: config.listen.allowedHosts,
      port,
      sagas: sagaDefinitions(config),
      serviceNames: config.serviceNames,
      rules: ownRules(config),
      demo: config.environment.kind === 'demo',
      development: config.development,
    },
  });
  closers.push(() => web.close());

  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'eventyard_web_' });
  const pages = await openPages(server, config, port);
  closers.push(() => pages.close());

  state.handle = (request, response) => {
    if (!web.guardRequest(request, response)) return;
    if (answerHealth(request, response, { store, bus, metrics })) return;
    pages.handle(request, response).catch((error: unknown) => {
      log.error({ err: error, path: request.url?.split('?')[0] }, 'a page failed');
      if (!response.headersSent) response.writeHead(500).end();
    });
  };
  log.info(
    { address: `http://${config.listen.host}:${port}`, environment: config.environment.name },
    'listening; there is no sign-in, so only this machine is let in',
  );
  return { port, storeAccess: access, pids: () => ({ collector: collector.pid(), store: pid() }) };
}

interface ReachedStore {
  readonly access: StoreAccess;
  readonly pid: () => number | null;
}

async function reachStore(config: Config, log: Log, closers: (() => Promise<void>)[]): Promise<ReachedStore> {
  const { url, user, password, database, directory, memoryMb } = config.store;
  if (url !== undefined) return { access: { url, user, password, database }, pid: () => null };
  const embedded = await startEmbeddedStore({ directory, memoryMb, log: log.child({ part: 'store' }) });
  closers.push(() => embedded.close());
  return { access: { url: embedded.url, user: embedded.user, password: embedded.password }, pid: () => embedded.pid() };
}
