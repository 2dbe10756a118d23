import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { createInProcessBusPair } from '../../server/bus/in-process/in-process-bus';
import { readConfig } from '../../server/config/read-config';
import { openLog } from '../../server/log';
import { openBrokers, openConfiguredStore, startCollectorHalf } from '../../server/start';
import { openClient } from '../../server/store/clickhouse/client';
import { startEmbeddedStore } from '../../server/store/embedded/start-embedded';
import type { Store } from '../../server/store/store';
import { readConfig as readShopConfig } from '../../shop/config';
import { openLocalWorld } from '../../shop/local-world';
import { openRealBrokers } from '../../shop/real-brokers';
import { planFor, runScenario, type Outcome } from '../../shop/scenarios/run-scenario';
import { SCENARIOS } from '../../shop/scenarios/scenarios';
import type { Scenario } from '../../shop/traffic/scenario-names';
import { brokerAddresses } from '../brokers/addresses';

export interface WatchedShop {
  readonly store: Store;
  /** Plays the scenario to its end. */
  play(): Promise<Outcome>;
  /** Distinct messages of each type that the store has, dead letters and retries left out. */
  storedDistinct(types: readonly string[]): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** A virtual host and a topic prefix of its own, the shop on them, and Eventyard beside it as `shop/eventyard.yaml` configures it. */
export async function openWatchedShop(scenario: Scenario, orders: number, rate = 20): Promise<WatchedShop> {
  const run = `watched-${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(join(tmpdir(), 'eventyard-watched-'));
  const { KAFKA_BROKERS: kafka, AMQP_URL: amqp, RABBITMQ_API_URL: api } = brokerAddresses();
  const vhost = async (method: string): Promise<void> => {
    const { origin, username, password } = new URL(api);
    const authorization = `Basic ${btoa(`${username}:${password}`)}`;
    const answer = await fetch(`${origin}/api/vhosts/${run}`, { method, headers: { authorization } });
    if (!answer.ok) throw new Error(`${method} of the vhost answered ${answer.status}`);
  };
  await vhost('PUT');
  const closers: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true }), () => vhost('DELETE')];
  const amqpUrl = `${amqp.replace(/\/$/, '')}/${run}`;

  const log = openLog({ level: 'silent', format: 'json' }, 'test');
  const config = readConfig({
    file: join(process.cwd(), 'shop/eventyard.yaml'),
    env: { KAFKA_BROKERS: kafka, AMQP_URL: amqpUrl, RABBITMQ_API_URL: api },
    flags: { 'store.directory': join(folder, 'store') },
    cwd: process.cwd(),
  });
  const embedded = await startEmbeddedStore({ directory: config.store.directory, memoryMb: 400, log });
  closers.push(() => embedded.close());
  const store = await openConfiguredStore(config, embedded, log);
  closers.push(() => store.close());
  const brokers = openBrokers(config, log);
  closers.push(() => Promise.all(brokers.map((broker) => broker.close())));

  const story = SCENARIOS[scenario];
  const flags = {
    broker: 'kafka+rabbitmq',
    scenario,
    orders,
    rate,
    seed: Math.floor(Math.random() * 1e6),
    http: { basePort: 0 },
    kafka: { topicPrefix: `${run}.`, brokers: kafka },
    rabbitmq: { url: amqpUrl, api },
  };
  const shop = { ...readShopConfig({ flags }), data: join(folder, 'shop') };
  const real = await openRealBrokers(shop);
  const world = await openLocalWorld({ config: shop, plan: planFor(story, shop), ...real });
  closers.push(() => world.close());
  const [, bus] = createInProcessBusPair();
  const collector = await startCollectorHalf({ config, brokers, store, bus, log, metrics: new Registry(), owner: 'test' });
  closers.push(() => collector.close());
  // RabbitMQ copies only from when the tap's bindings stand: the story begins when every binding of the shop has its mirror.
  const mirrored = async (): Promise<boolean> => {
    const { origin, username, password } = new URL(api);
    const answer = await fetch(`${origin}/api/bindings/${run}`, { headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` } });
    const all = (await answer.json()) as readonly { source: string; destination: string; routing_key: string }[];
    const ours = new Set(
      all.filter(({ destination }) => destination.startsWith('eventyard.tap')).map((one) => `${one.source} ${one.routing_key}`),
    );
    const theirs = all.filter(({ source, destination }) => source !== '' && !destination.startsWith('eventyard.'));
    return ours.size > 0 && theirs.every((one) => ours.has(`${one.source} ${one.routing_key}`));
  };
  for (const end = Date.now() + 120_000; !(await mirrored()) && Date.now() < end;) await new Promise((done) => setTimeout(done, 250));
  const client = openClient({ url: embedded.url, user: embedded.user, password: embedded.password, database: embedded.database });

  return {
    store,
    play: () => runScenario(story, shop, world, new AbortController().signal),
    storedDistinct: async (types) => {
      const rows = await client.rows<{ type: string; messages: string | number }>(
        `SELECT type, uniqExact(if(messageId = '', id, messageId)) AS messages FROM events
         WHERE (system = 'rabbitmq' OR startsWith(channel, '${run}.')) AND NOT match(channel, 'dlx|-dlt|-retry-|shop\\.re(try|queue)')
         GROUP BY type`,
      );
      const found = new Map(rows.map(({ type, messages }) => [type, Number(messages)]));
      return Object.fromEntries(types.map((type) => [type, found.get(type) ?? 0]));
    },
    close: async () => {
      for (const close of closers.toReversed()) await close();
    },
  };
}
