import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInProcessBusPair } from '../../server/bus/in-process/in-process-bus';
import { readConfig } from '../../server/config/read-config';
import { openLog } from '../../server/log';
import { microsClock, openBrokers, openConfiguredStore, startCollectorHalf } from '../../server/start';
import { startEmbeddedStore } from '../../server/store/embedded/start-embedded';
import type { Store } from '../../server/store/store';
import { openRealBrokers } from '../../shop/real-brokers';
import { brokerAddresses } from '../brokers/addresses';
import { openPlayer } from './player';

/** The product as it is configured, on real brokers: the shop's traffic, the collector with its taps, the embedded store. */
describe('the shop on a real Kafka and a real RabbitMQ, watched', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eventyard-one-trace-'));
  const vhost = `one-trace-${randomBytes(4).toString('hex')}`;
  const log = openLog({ level: 'silent', format: 'json' }, 'test');
  const closers: (() => Promise<unknown>)[] = [];
  let store: Store;

  const api = async (method: string): Promise<void> => {
    const { origin, username, password } = new URL(brokerAddresses().RABBITMQ_API_URL);
    const answer = await fetch(`${origin}/api/vhosts/${vhost}`, {
      method,
      headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    });
    if (!answer.ok) throw new Error(`${method} of the vhost answered ${answer.status}`);
  };

  beforeAll(async () => {
    const { KAFKA_BROKERS: kafka, AMQP_URL: amqp, RABBITMQ_API_URL: rabbitApi } = brokerAddresses();
    await api('PUT');
    const amqpUrl = `${amqp.replace(/\/$/, '')}/${vhost}`;
    const config = readConfig({
      file: join(process.cwd(), 'shop/eventyard.yaml'),
      env: { KAFKA_BROKERS: kafka, AMQP_URL: amqpUrl, RABBITMQ_API_URL: rabbitApi },
      flags: { 'store.directory': join(folder, 'store') },
      cwd: process.cwd(),
    });
    const embedded = await startEmbeddedStore({ directory: config.store.directory, memoryMb: 400, log });
    closers.push(() => embedded.close());
    store = await openConfiguredStore(config, embedded, log);
    closers.push(() => store.close());
    const brokers = openBrokers(config, log);
    closers.push(() => Promise.all(brokers.map((broker) => broker.close())));
    const [, bus] = createInProcessBusPair();
    const shop = openPlayer({
      brokers: await openRealBrokers({
        kafka: { brokers: kafka.split(','), topicPrefix: `${vhost}.` },
        rabbitmq: { url: amqpUrl, api: rabbitApi },
        time: (ms) => ms,
      }),
      seed: Math.floor(Math.random() * 1e6),
      onError: (error) => {
        throw error;
      },
    });
    closers.push(() => shop.close());
    shop.play('happy-path');
    const collector = await startCollectorHalf({ config, brokers, store, bus, log, metrics: new Registry(), owner: 'test' });
    closers.push(() => collector.close());
  });

  afterAll(async () => {
    for (const close of closers.reverse()) await close();
    await api('DELETE');
    rmSync(folder, { recursive: true, force: true });
  });

  it('[T0] a transaction RabbitMQ → service → Kafka → service → RabbitMQ is one trace', async () => {
    const clock = microsClock();
    const steps = [
      'rabbitmq order.created',
      'kafka order.placed',
      'kafka inventory.reserved',
      'rabbitmq payment.completed',
      'kafka shipment.dispatched',
      'kafka order.completed',
    ];
    let events: Awaited<ReturnType<Store['eventsOfTrace']>>['events'] = [];
    let way: string[] = [];
    // RabbitMQ copies only from when the tap's bindings stand: of orders before that the beginning was not seen.
    const whole = (): boolean => steps.every((step) => way.includes(step));
    for (const end = Date.now() + 240_000; !whole() && Date.now() < end; await sleep(500)) {
      const { rows } = await store.search({ node: null, range: { from: clock() - 600_000_000, to: clock() }, limit: 100 });
      for (const { traceId } of rows.filter((trace) => trace.brokers.length === 2 && trace.events >= 15)) {
        ({ events } = await store.eventsOfTrace(traceId, 200));
        // Other shops may have run on the same brokers; and in a saga the command is the cause, not the event.
        const ours =
          events.some(({ system, channel }) => system === 'kafka' && channel.startsWith(`${vhost}.`)) &&
          !events.some(({ type }) => type === 'inventory.reserve');
        way = ours ? events.map(({ system, type }) => `${system} ${type}`) : [];
        if (whole()) break;
      }
    }
    for (const step of steps)
      expect(
        way.filter((one) => one === step),
        step,
      ).toEqual([step]);
    const reserved = events.find((event) => event.type === 'inventory.reserved');
    expect(reserved?.causationId).toBe(events.find((event) => event.type === 'order.placed')?.messageId);
  });
});
