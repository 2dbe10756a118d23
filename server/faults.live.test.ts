import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TapCard } from '@/lib/contract/taps';
import { type RunningKafka, startKafka } from '@/scripts/brokers/kafka';
import { type RunningRabbit, startRabbit } from '@/scripts/brokers/rabbit';
import { connectAmqp } from './brokers/rabbitmq/amqp-client';
import { openKafkaApplication, testSettings } from './brokers/kafka/kafka-application.fixture';
import { type RabbitWorld, openRabbitWorld, withChannel } from './brokers/rabbitmq/rabbit-world.fixture';
import { type Product, type WatchingTab, residentMb, startProduct, until } from './product.fixture';

/**
 * The whole product on real brokers of its own while its parts fail, one after another [B2]–[B5]: what was published is stored once, the
 * screen is told what happened and that it is over, and nobody pressed anything.
 */
const topic = 'orders';
const exchange = 'orders';

let kafkaNode: RunningKafka;
let rabbitNode: RunningRabbit;
let rabbit: RabbitWorld;
let product: Product;
let tab: WatchingTab;
const published = { log: 0, queues: 0 };

beforeAll(async () => {
  [kafkaNode, rabbitNode] = await Promise.all([startKafka(), startRabbit()]);
  const application = await openKafkaApplication(testSettings({ brokers: [kafkaNode.brokers] }));
  await application.makeChannel(topic, { partitions: 2 });
  rabbit = await openRabbitWorld(rabbitNode);
  await withChannel(rabbit.link, async (channel) => {
    await channel.assertExchange(exchange, 'topic', { durable: true });
    await channel.assertQueue('work', { durable: true, maxLength: 100, arguments: { 'x-overflow': 'drop-head' } });
    await channel.bindQueue('work', exchange, '#');
  });
  product = await startProduct([
    { name: 'log', kafka: { brokers: kafkaNode.brokers }, tap: { startAt: 'beginning', discoverEvery: '1s' } },
    { name: 'queues', rabbitmq: { url: rabbit.url, api: rabbit.apiUrl }, tap: { discoverEvery: '1s' } },
  ]);
  tab = await product.openTab();
  await bothLive();
  // It would see its broker die; the topic outlives it.
  await application.link.close();
}, 300_000);
afterAll(async () => {
  await product?.close();
  await Promise.all([kafkaNode?.remove(), rabbitNode?.remove()]);
});

const cardOf = (name: string): TapCard | undefined => tab.cards().find(({ tap }) => tap === name);
const told = (): string =>
  JSON.stringify({ feed: tab.last()?.feed, taps: tab.cards().map(({ tap, status, problem }) => [tap, status, problem?.code]), published });

const bothLive = () =>
  until(
    () => `both taps are live: ${told()}`,
    () => ['log', 'queues'].every((name) => cardOf(name)?.status === 'live' && (cardOf(name)?.channels.length ?? 0) > 0),
  );

async function toKafka(count: number, bytes = 200): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs');
  const producer = new Kafka({ brokers: [kafkaNode.brokers], logLevel: logLevel.NOTHING }).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  for (let sent = 0; sent < count; sent += 200) {
    const messages = Array.from({ length: Math.min(200, count - sent) }, (_, n) => ({ partition: n % 2, value: body(n, bytes) }));
    await producer.send({ topic, messages });
    published.log += messages.length;
  }
  await producer.disconnect();
}

async function toRabbit(count: number, bytes = 200): Promise<void> {
  const link = await connectAmqp(rabbit.url);
  const channel = await link.createConfirmChannel();
  for (let sent = 0; sent < count; sent += 200) {
    for (let n = sent; n < Math.min(sent + 200, count); n++)
      channel.publish(exchange, 'order.placed', body(n, bytes), { persistent: true });
    await channel.waitForConfirms();
    published.queues += Math.min(200, count - sent);
  }
  await link.close();
}

const body = (n: number, bytes: number): Buffer => Buffer.from(JSON.stringify({ type: 'order.placed', number: n, pad: 'x'.repeat(bytes) }));
const publish = (count: number, bytes?: number) => Promise.all([toKafka(count, bytes), toRabbit(count, bytes)]);

async function allStoredOnce(): Promise<void> {
  const counts = async () => {
    const rows = await product.sql<{ broker: string; n: number }>('SELECT broker, count() AS n FROM events GROUP BY broker');
    return Object.fromEntries(rows.map(({ broker, n }) => [broker, n]));
  };
  let seen = {};
  await until(
    () => `everything is stored: ${JSON.stringify(seen)}; ${told()}`,
    async () => {
      const { log = 0, queues = 0 } = (seen = await counts()) as { log?: number; queues?: number };
      return log >= published.log && queues >= published.queues;
    },
  );
  await bothLive();
  expect(await counts()).toEqual(published);
  // What is computed from a batch follows its events by a moment.
  let edges: Record<string, number> = {};
  await until(
    () => `the edges' counts are the events': ${JSON.stringify(edges)}; ${told()}`,
    async () => {
      edges = { log: 0, queues: 0 };
      for (const { kind, broker, count } of await product.store.edges({ from: 0, to: Date.now() * 1_000 }))
        if (kind === 'publish') edges[broker] = (edges[broker] ?? 0) + count;
      return edges.log === published.log && edges.queues === published.queues;
    },
    60_000,
  );
}

describe('the whole product while its parts fail', { timeout: 600_000 }, () => {
  it('[B2] kill -9 of the store: said, back by itself, nothing lost', async () => {
    await publish(1_000);
    const before = product.running.pids().store;
    const publishing = publish(2_000);
    await until(
      () => 'some of them are stored',
      () => (cardOf('log')?.stored ?? 0) + (cardOf('queues')?.stored ?? 0) > 2_000,
    );
    process.kill(before ?? 0, 'SIGKILL');
    await publishing;
    await until(
      () => `another process serves: ${told()}`,
      () => product.running.pids().store !== null && product.running.pids().store !== before,
    );
    await allStoredOnce();
    await until(
      () => `the feed says that the store is there: ${told()}`,
      () => tab.last()?.feed.store === 'ready',
    );
    expect((await product.readyz()).ready).toBe(true);
  });

  it('[B3] a broker dies and comes back: its tap says so and goes on, the other one is not disturbed', async () => {
    await kafkaNode.kill9();
    await until(
      () => `the tap says so: ${told()}`,
      () => cardOf('log')?.status === 'retrying' && cardOf('log')?.problem?.code === 'broker-unreachable',
    );
    expect((await product.readyz()).parts.find(({ name }) => name === 'tap log')).toMatchObject({ ready: false });
    await toRabbit(500);
    await until(
      () => `the other tap reads: ${told()}`,
      async () => (await product.sql<{ n: number }>("SELECT count() AS n FROM events WHERE broker = 'queues'"))[0]?.n === published.queues,
    );
    await kafkaNode.restart();
    await bothLive();
    await publish(500);
    await allStoredOnce();

    await rabbitNode.stop();
    await until(
      () => `the tap says so: ${told()}`,
      () => cardOf('queues')?.status === 'retrying' && cardOf('queues')?.problem?.code === 'broker-unreachable',
    );
    await toKafka(500);
    await rabbitNode.restart();
    await bothLive();
    await publish(500);
    await allStoredOnce();
  });

  it('[B4] a store that stands still: said, taps wait, memory stays flat, everything comes when it goes on', async () => {
    const store = product.running.pids().store ?? 0;
    const collector = product.running.pids().collector;
    const before = residentMb(collector) ?? 0;
    process.kill(store, 'SIGSTOP');
    try {
      // 60 MB each, far beyond what a tap may hold.
      await publish(6_000, 10_000);
      await until(
        () => `the feed says so: ${told()}`,
        () => tab.last()?.feed.store === 'down',
      );
      await until(
        () => `both taps wait: ${told()}`,
        () => cardOf('log')?.status === 'paused' && cardOf('queues')?.status === 'paused',
      );
      const readings: number[] = [];
      for (let look = 0; look < 10; look++) {
        readings.push(residentMb(collector) ?? 0);
        await wait(300);
      }
      expect(Math.max(...readings) - before, `MB over ${before.toFixed(0)}`).toBeLessThan(250);
      expect((await product.readyz()).ready).toBe(false);
    } finally {
      process.kill(store, 'SIGCONT');
    }
    await allStoredOnce();
    await until(
      () => `the feed says that it is back: ${told()}`,
      () => tab.last()?.feed.store === 'ready',
    );
  });

  it('[B5] a tab that hangs: others go on, the web half stays small, and it is told to look again', async () => {
    const hung = await product.openTab();
    await until(
      () => 'it is told something',
      () => hung.frames > 0,
    );
    hung.stall();
    const [framesHung, framesOther, before] = [hung.frames, tab.frames, process.memoryUsage()];
    for (let round = 0; round < 5; round++) await publish(2_000, 1_000);
    await allStoredOnce();
    await until(
      () => 'the other tab goes on',
      () => tab.frames > framesOther + 10,
    );
    const after = process.memoryUsage();
    expect((after.heapUsed + after.external - before.heapUsed - before.external) / 1e6, 'MB more').toBeLessThan(200);
    expect(hung.frames).toBe(framesHung);
    const resyncs = hung.resyncs;
    hung.goOn();
    await until(
      () => 'it reads again and takes a snapshot, or has missed nothing',
      () => hung.frames > framesHung && (hung.resyncs > resyncs || hung.last()?.seq === hung.frames),
    );
  });
});
