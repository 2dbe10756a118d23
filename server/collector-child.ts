import { Registry, collectDefaultMetrics } from 'prom-client';
import { openIpcBus } from './bus/ipc/ipc-bus';
import type { Broker } from './brokers/broker';
import type { Config } from './config/schema';
import { openLog, type Log } from './log';
import { stopOnSignal } from './process/stop-on-signal';
import { openConfiguredStore, startCollectorHalf, type StoreAccess } from './start';

/** First message from the parent: what the child needs to know, secrets included. */
export interface StartOrder {
  readonly eventyardStart: { readonly config: Config; readonly store: StoreAccess };
}

export interface CollectorWorld {
  readonly brokers: readonly Broker[];
  /** Called with the running bus, once the collector listens (the demo starts its shop here). */
  readonly onStarted?: (parts: { readonly bus: ReturnType<typeof openIpcBus>; readonly log: Log }) => Promise<void>;
  readonly close?: () => Promise<void>;
}

/**
 * The collector's process: waits for its order, starts the collector over the brokers of `openWorld`, stops on a signal or when the parent is gone.
 * The product's entry is `collector-main.ts`, the demo's is `scripts/demo-collector.ts`.
 */
export function runCollectorChild(openWorld: (config: Config, log: Log) => Promise<CollectorWorld>): void {
  process.once('message', (message: StartOrder) => {
    const { config, store: access } = message.eventyardStart;
    const log = openLog(config.log, 'collector');
    run(config, access, log, openWorld).catch((error: unknown) => {
      log.fatal({ err: error }, 'the collector could not start');
      process.exit(1);
    });
  });
}

async function run(
  config: Config,
  access: StoreAccess,
  log: Log,
  openWorld: (config: Config, log: Log) => Promise<CollectorWorld>,
): Promise<void> {
  const closers: (() => Promise<void>)[] = [];
  const stop = stopOnSignal(log, async () => {
    for (const close of closers.reverse()) await close();
  });
  process.on('disconnect', () => stop('parent gone'));

  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics, prefix: 'eventyard_collector_' });
  const bus = openIpcBus(process as never);
  const store = await openConfiguredStore(config, access, log);
  closers.push(() => store.close());
  const world = await openWorld(config, log);
  closers.push(async () => {
    await Promise.all(world.brokers.map((broker) => broker.close()));
    await world.close?.();
  });
  const collector = await startCollectorHalf({
    config,
    brokers: world.brokers,
    store,
    bus,
    log,
    metrics,
    owner: `collector-${process.pid}`,
  });
  closers.push(() => collector.close());
  await world.onStarted?.({ bus, log });
}
