import type { Registry } from 'prom-client';
import { AppError } from '@/lib/errors';
import { ownRules } from './config/recognition';
import type { Config, BrokerConfig } from './config/schema';
import type { Bus } from './bus/bus';
import type { Broker } from './brokers/broker';
import { openKafkaBroker } from './brokers/kafka/kafka-broker';
import { openRabbitBroker } from './brokers/rabbitmq/rabbit-broker';
import { startCollector } from './collector/start-collector';
import { openBodies } from './decoding/open-bodies';
import type { Log } from './log';
import { openConfluentRegistry } from './schemas/confluent/confluent-registry';
import type { SchemaRegistry } from './schemas/schema-registry';
import { openStore } from './store/open-store';
import type { Store } from './store/store';

/** Where the store answers, and the secret to get in. Travels from parent to child over IPC, never by environment or arguments. */
export interface StoreAccess {
  readonly url: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
}

/** The only chooser of adapters: a broker's configuration becomes the adapter that it asks for. */
export function openBrokers(config: Config, log: Log): Broker[] {
  return config.brokers.map((broker) => openBroker(broker, log.child({ broker: broker.name })));
}

function openBroker(broker: BrokerConfig, log: Log): Broker {
  if (broker.kafka !== undefined) return openKafkaBroker({ name: broker.name, ...broker.kafka }, { log });
  if (broker.rabbitmq === undefined)
    throw new AppError('config', `brokers.${broker.name}: inProcess is for the demo, which brings the broker itself`, {
      cure: 'npm run demo',
    });
  const { url, api, apiUser, apiPassword, prometheus, ...rest } = broker.rabbitmq;
  return openRabbitBroker({ name: broker.name, url, apiUrl: api, apiUser, apiPassword, prometheusUrl: prometheus, ...rest }, { log });
}

/** A schema registry per broker that has one; nothing is asked of it before a body needs it. */
export function openRegistries(config: Config): ReadonlyMap<string, SchemaRegistry> {
  return new Map(
    config.brokers.flatMap(({ name, schemaRegistry }) =>
      schemaRegistry === undefined ? [] : [[name, openConfluentRegistry(schemaRegistry)] as const],
    ),
  );
}

export async function openConfiguredStore(config: Config, access: StoreAccess, log: Log): Promise<Store> {
  return openStore(
    {
      ...access,
      directory: config.store.directory,
      retentionDays: Math.max(1, Math.round(config.store.retention / 86_400_000)),
      indexFields: config.store.indexFields,
      memoryMb: config.store.memoryMb,
    },
    { log },
  );
}

export interface CollectorHalf {
  readonly config: Config;
  readonly brokers: readonly Broker[];
  readonly store: Store;
  readonly bus: Bus;
  readonly log: Log;
  readonly metrics: Registry;
  readonly owner: string;
}

/** Starts the collector over whatever brokers it is given (the demo gives in-process ones). */
export async function startCollectorHalf({
  config,
  brokers,
  store,
  bus,
  log,
  metrics,
  owner,
}: CollectorHalf): Promise<{ close(): Promise<void> }> {
  const bodies = openBodies(config, openRegistries(config));
  const collector = await startCollector({
    bodies,
    store,
    bus,
    brokers,
    log,
    metrics,
    clock: microsClock(),
    settings: {
      taps: config.brokers.map(({ name, tap }) => ({
        tap: name,
        broker: name,
        include: tap.include,
        exclude: tap.exclude,
        startAt: tap.startAt,
        maxBodyBytes: tap.maxBodyBytes,
        maxBufferedBytes: tap.maxBufferedBytes,
        discoverEveryMs: tap.discoverEvery,
      })),
      sagas: sagaDefinitions(config),
      serviceNames: config.serviceNames,
      rules: ownRules(config),
      sampleEveryMs: config.samples.every,
      owner,
    },
  });
  return {
    async close() {
      await collector.close();
      await bodies.close();
    },
  };
}

export const sagaDefinitions = (config: Config) =>
  config.sagas.map(({ timeout, steps, ...saga }) => ({
    ...saga,
    timeoutMs: timeout ?? null,
    steps: steps.map(({ timeout: stepTimeout, ...step }) => ({ ...step, timeoutMs: stepTimeout ?? null })),
  }));

/**
 * Wall clock in µs: the system's milliseconds, and the monotonic clock between them, so that two events of one millisecond keep their order.
 * Never runs backwards by less than a step of the system's clock.
 */
export function microsClock(): () => number {
  let wall = 0;
  let monotonic = 0;
  return () => {
    const now = Date.now();
    const since = performance.now();
    if (now - wall > since - monotonic + 1 || now - wall < since - monotonic - 1) {
      wall = now;
      monotonic = since;
    }
    return Math.round((wall + (since - monotonic)) * 1_000);
  };
}
