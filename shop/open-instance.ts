import { join } from 'node:path';
import type { ShopConfig } from './config';
import { openDatabase } from './kernel/db/database';
import { openDeadLetters } from './kernel/dead-letters';
import { faultsOf, type Faults, type PlannedFaults } from './kernel/faults';
import { createServiceHost } from './kernel/host';
import { createHttpClient } from './kernel/http-client/http-client';
import type { AddressBook } from './kernel/http-server/address-book';
import { ProcessedEvents } from './kernel/idempotency/processed-events';
import { createLog } from './kernel/log';
import { createMetrics } from './kernel/metrics';
import { openTelemetry } from './kernel/otlp/exporter';
import { tracedHandlers, tracedPublisher } from './kernel/otlp/spans';
import type { Parts } from './kernel/parts';
import type { Binding } from './kernel/bindings';
import type { Handlers } from './kernel/service-host';
import { createConverters } from './kernel/serialisers/converters';
import { openRegistryClient, type RegistryClient } from './kernel/serialisers/registry-client';
import { queueTopology, topicTopology } from './kernel/topology';
import { watchedBatches, watchedHandlers, watchedMetrics, watchedPublisher } from './scenarios/watched-parts';
import type { Notebook } from './scenarios/records';
import { announceSchemas } from './schemas/announce';
import { readCatalogue } from './schemas/catalogue';
import { versionsOf } from './schemas/versions';
import type { Connect, Transports } from './transport/port';

export interface Instance {
  readonly parts: Parts;
  /** What is under way is finished, then the connections are closed. */
  stop(): Promise<void>;
  /** Connections and memory are gone at once. */
  crash(): void;
}

export interface InstanceParts {
  readonly service: string;
  readonly instance: number;
  readonly config: ShopConfig & { readonly data: string };
  readonly connect: Connect;
  readonly faults: Faults;
  readonly planned: PlannedFaults;
  readonly addresses: AddressBook;
  readonly note: Notebook;
}

const catalogue = readCatalogue();

/** Puts together what one instance of a service is given: the only place where all of the kernel meets. */
export async function openInstance(given: InstanceParts): Promise<Instance> {
  const { service, instance, config, connect, faults, planned, addresses, note } = given;
  const who = { service, instance };
  const clock = (): number => Date.now();
  const time = (ms: number): number => config.time(ms);
  const database = openDatabase(join(config.data, `${service}.db`));
  const log = createLog(`${service}/${instance}`, config.logLevel);
  const metrics = watchedMetrics(createMetrics(), note);
  const registry = lazily(() => openRegistryClient(addresses.find('schema-registry'), `${service}/${instance}`));
  await announceSchemas(service, registry, catalogue, log);
  const converters = createConverters({ registry, catalogue, dialect: config.dialect });
  const fetch = createHttpClient({ find: (target) => addresses.find(target), metrics, time });
  const host = createServiceHost({
    who,
    transports: await connect(who),
    converters,
    config,
    log,
    metrics,
    clock,
    idempotency: new ProcessedEvents(database, time, clock),
    deadLetters: openDeadLetters(database),
    versions: versionsOf(catalogue),
  });
  const { parts } = host;
  const telemetry = config.otlp === undefined ? null : openTelemetry({ url: config.otlp, who, registry: metrics.registry, log, clock });
  const publisher = telemetry === null ? parts.publisher : tracedPublisher(parts.publisher, telemetry, clock);
  const traced = (handlers: Handlers, binding: Binding): Handlers =>
    telemetry === null ? handlers : tracedHandlers(handlers, binding, telemetry, clock);
  return {
    parts: {
      ...parts,
      config,
      database,
      log,
      metrics,
      faults,
      fetch,
      addresses,
      publisher: watchedPublisher(publisher, note, planned),
      consume: (binding, handlers) =>
        parts.consume(binding, traced(watchedHandlers(handlers, binding.name, { faults, time, note }), binding)),
      consumeBatches: (binding, handler) => parts.consumeBatches(binding, watchedBatches(handler, binding.name, { faults, time })),
    },
    stop: async () => {
      await host.stop();
      await telemetry?.close();
      await fetch.close();
      database.close();
    },
    crash: () => {
      host.crash();
      telemetry?.crash();
      void fetch.close();
      database.close();
    },
  };
}

/** The run's own connections, and everything durable declared: what is published to a service that starts later waits for it. */
export async function openTraffic(given: Omit<InstanceParts, 'service' | 'instance' | 'faults'>): Promise<Instance> {
  const traffic = await openInstance({ ...given, service: 'traffic', instance: 1, faults: faultsOf(given.planned) });
  await declareEverything(traffic.parts.transports);
  return traffic;
}

export async function declareEverything({ rabbitmq, kafka }: Transports): Promise<void> {
  await rabbitmq.declare(queueTopology());
  await kafka.declareTopics(topicTopology());
}

/** The registry's address is known when it is up, and it is asked for no sooner than something is encoded. */
function lazily(open: () => RegistryClient): RegistryClient {
  let client: RegistryClient | null = null;
  const opened = (): RegistryClient => (client ??= open());
  return {
    register: async (...args) => opened().register(...args),
    encode: async (...args) => opened().encode(...args),
    decode: async (...args) => opened().decode(...args),
  };
}
