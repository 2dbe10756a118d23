import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { CompressionTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerAddresses } from '@/scripts/brokers/addresses';
import { type KafkaApplication, openKafkaApplication } from './brokers/kafka/kafka-application.fixture';
import { type RabbitWorld, openRabbitWorld, withChannel } from './brokers/rabbitmq/rabbit-world.fixture';
import { type Product, startProduct, until } from './product.fixture';

/**
 * The collector's process is killed again and again while it stores; nothing is lost, nothing counted twice [B1]. Every tenth event has a
 * trace, every fiftieth is a dead letter, half of the bodies are the same bytes and have no id of their own: content tells nothing.
 * EVENTYARD_TEST_EVENTS=100000 for the full size.
 */
const EVENTS = Number(process.env.EVENTYARD_TEST_EVENTS ?? 20_000);
const KILLS = 10;
const SLICE = Math.ceil(EVENTS / KILLS);

const id = randomBytes(4).toString('hex');
const topics = [`exact-${id}-orders`, `exact-${id}-payments`] as const;
const exchange = 'exact-orders';

/** Published after the last kill, one for each topic. */
const LAST = 2;
const ALIKE = Buffer.from(JSON.stringify({ type: 'order.placed', note: 'all of these are the same bytes'.repeat(5) }));
const bodyOf = (n: number): Buffer => (n % 2 === 0 ? ALIKE : Buffer.from(JSON.stringify({ type: 'order.placed', number: n })));
const headersOf = (n: number): Record<string, string> => ({
  ...(n % 10 === 0 && { traceparent: `00-${((n / 10) % 500).toString(16).padStart(31, '0')}f-00f067aa0ba902b7-01` }),
  ...(n % 50 === 0 && { 'kafka_dlt-original-topic': 'orders', 'kafka_dlt-exception-fqcn': 'Broken', 'kafka_dlt-exception-message': 'no' }),
});

let kafka: KafkaApplication;
let rabbit: RabbitWorld;
let product: Product;

beforeAll(async () => {
  [kafka, rabbit] = await Promise.all([openKafkaApplication(), openRabbitWorld()]);
  for (const topic of topics) await kafka.makeChannel(topic, { partitions: 2 });
  await withChannel(rabbit.link, async (channel) => {
    await channel.assertExchange(exchange, 'topic', { durable: true });
    // Nobody reads it: the application's own copy must not cost the broker's memory.
    await channel.assertQueue('exact-work', { durable: true, maxLength: 100, arguments: { 'x-overflow': 'drop-head' } });
    await channel.bindQueue('exact-work', exchange, '#');
  });
  const tap = { startAt: 'beginning', discoverEvery: '1s' };
  product = await startProduct([
    { name: 'log', kafka: { brokers: brokerAddresses().KAFKA_BROKERS }, tap: { ...tap, include: [`exact-${id}-*`] } },
    { name: 'queues', rabbitmq: { url: rabbit.url, api: rabbit.apiUrl }, tap },
  ]);
});
afterAll(async () => {
  await product?.close();
  await kafka?.close();
  await rabbit?.close();
});

async function publishToKafka(from: number, to: number): Promise<void> {
  const producer = kafka.kafka.producer({ idempotent: true, allowAutoTopicCreation: false, maxInFlightRequests: 1 });
  await producer.connect();
  for (let at = from; at < to; at += 500) {
    const numbers = Array.from({ length: Math.min(500, to - at) }, (_, index) => at + index);
    await producer.sendBatch({
      compression: CompressionTypes.None,
      topicMessages: topics.map((topic, turn) => ({
        topic,
        messages: numbers
          .filter((n) => n % 2 === turn)
          .map((n) => ({ partition: Math.floor(n / 2) % 2, value: bodyOf(Math.floor(n / 2)), headers: headersOf(n) })),
      })),
    });
  }
  await producer.disconnect();
}

async function publishToRabbit(from: number, to: number): Promise<void> {
  const channel = await rabbit.link.createConfirmChannel();
  for (let at = from; at < to; at += 500) {
    for (let n = at; n < Math.min(at + 500, to); n++)
      channel.publish(exchange, `order.${n % 7}`, bodyOf(n), { persistent: true, headers: headersOf(n) });
    await channel.waitForConfirms();
  }
  await channel.close();
}

/** What lies in Kafka: a producer that tried again must not pass for a tap that counted twice. */
async function inKafka(): Promise<number> {
  const admin = kafka.kafka.admin();
  await admin.connect();
  const ends = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
  await admin.disconnect();
  return ends.flat().reduce((sum, { high }) => sum + Number(high), 0);
}

const stored = async (): Promise<{ log: number; queues: number }> => {
  const rows = await product.sql<{ broker: string; n: number }>('SELECT broker, count() AS n FROM events GROUP BY broker');
  const of = (name: string): number => rows.find(({ broker }) => broker === name)?.n ?? 0;
  return { log: of('log'), queues: of('queues') };
};

async function kill(): Promise<void> {
  await until(
    () => 'a collector runs',
    () => product.running.pids().collector !== null,
  );
  process.kill(product.running.pids().collector ?? 0, 'SIGKILL');
}

describe('a collector that is killed', () => {
  it(
    `[B1] ${KILLS} × kill -9 within ${EVENTS} events on each broker: stored exactly, none twice, every rollup a count over the events`,
    { timeout: 1_200_000 },
    async () => {
      const tab = await product.openTab();
      // What is published before our queue is bound is nobody's to read.
      await until(
        () => `both taps listen: ${JSON.stringify(tab.cards())}`,
        () => tab.cards().filter(({ status, channels }) => status === 'live' && channels.length > 0).length === 2,
      );
      const moments: string[] = [];
      const storePid = product.running.pids().store;
      for (let round = 0; round < KILLS; round++) {
        const before = await stored();
        const [from, to] = [round * SLICE, Math.min(EVENTS - LAST, (round + 1) * SLICE)];
        const publishing = Promise.all([publishToKafka(from, to), publishToRabbit(from, to)]);
        // Mostly while it stores: after the first batch of this round; else at any moment of its start.
        if (round % 4 !== 3)
          await until(
            () => `it stores again after ${round} kills`,
            async () => {
              const now = await stored();
              return round % 2 === 0 ? now.log > before.log : now.queues > before.queues;
            },
          );
        await wait(Math.random() * (round % 4 === 3 ? 2_500 : 1_200));
        await kill();
        await publishing;
        const after = await stored();
        moments.push(`${after.log}/${after.queues} of ${(round + 1) * SLICE}`);
      }
      // Only a collector that has taken both taps over, and made whole what the killed one left, stores these: what the page shows may be of before.
      await Promise.all([publishToKafka(EVENTS - LAST, EVENTS), publishToRabbit(EVENTS - LAST, EVENTS)]);
      await until(
        () => `everything is stored; killed at ${moments.join(', ')}`,
        async () => {
          const { log, queues } = await stored();
          return log >= EVENTS && queues >= EVENTS;
        },
      );
      // Whatever would come twice comes by now: both taps have said that they are live and idle.
      await until(
        () => `both taps are live: ${JSON.stringify(tab.cards().map(({ tap, status, problem }) => [tap, status, problem?.text]))}`,
        () => tab.cards().length === 2 && tab.cards().every(({ status, rate }) => status === 'live' && rate === 0),
      );

      expect(product.running.pids().store, 'the store was not disturbed').toBe(storePid);
      expect(await inKafka(), 'published to Kafka').toBe(EVENTS);
      expect(await stored()).toEqual({ log: EVENTS, queues: EVENTS });
      const [places] = await product.sql<{ n: number }>(
        "SELECT uniqExact(channel, partition, offset) AS n FROM events WHERE broker = 'log'",
      );
      expect(places?.n, 'places of Kafka').toBe(EVENTS);
      const kinds = await product.sql<{ broker: string; alike: number; others: number; different: number; ids: number }>(
        `SELECT broker, countIf(body LIKE '%the same bytes%') AS alike, countIf(body NOT LIKE '%the same bytes%') AS others,
          uniqExactIf(tuple(channel, body), body NOT LIKE '%the same bytes%') AS different, uniqExact(id) AS ids FROM events GROUP BY broker ORDER BY broker`,
      );
      for (const kind of kinds) expect(kind).toMatchObject({ alike: EVENTS / 2, others: EVENTS / 2, different: EVENTS / 2, ids: EVENTS });
      expect(await product.store.gaps({ from: 0, to: Date.now() * 1_000 }, 10)).toEqual([]);
      await rollupsAreCounts();
      const [epochs] = await product.sql<{ n: number }>('SELECT uniqExact(epoch) AS n FROM events');
      process.stdout.write(
        `kill -9 × ${KILLS}, ${EVENTS} events on each broker, stored when killed: ${moments.join(', ')}; epochs that stored: ${epochs?.n}\n`,
      );
    },
  );
});

async function rollupsAreCounts(): Promise<void> {
  const [range] = await product.sql<{ from: number; to: number }>(
    'SELECT toUnixTimestamp64Micro(min(observedAt)) AS from, toUnixTimestamp64Micro(max(observedAt)) + 1 AS to FROM events',
  );
  const { from = 0, to = 0 } = range ?? {};
  const counted = await product.sql<{ kind: string; broker: string; channel: string; inbox: string; n: number }>(
    `SELECT 'publish' AS kind, broker, channel, '' AS inbox, count() AS n FROM events WHERE deadLetter = 0 GROUP BY broker, channel
     UNION ALL SELECT 'dead-letter', broker, channel, failureInbox, count() FROM events WHERE deadLetter = 1 GROUP BY broker, channel, failureInbox
     UNION ALL SELECT 'route', broker, channel, inboxes.inbox, count() FROM events ARRAY JOIN inboxes GROUP BY broker, channel, inboxes.inbox`,
  );
  const sorted = (rows: readonly { kind: string; broker: string; channel: string; inbox: string; n: number }[]) =>
    rows.map(({ kind, broker, channel, inbox, n }) => `${kind} ${broker} ${channel} ${inbox} ${n}`).sort();
  // Each range is answered by another step: 1 s, 10 s, 1 min, 10 min.
  for (const before of [0, 3_600, 3 * 86_400, 20 * 86_400]) {
    const edges = await product.store.edges({ from: from - before * 1_000_000, to });
    const totals = new Map<string, { kind: string; broker: string; channel: string; inbox: string; n: number }>();
    for (const { kind, broker, channel, inbox, count } of edges) {
      const key = `${kind} ${broker} ${channel} ${inbox}`;
      totals.set(key, { kind, broker, channel, inbox: inbox ?? '', n: (totals.get(key)?.n ?? 0) + count });
    }
    expect(sorted([...totals.values()]), `edges, ${before} s`).toEqual(sorted(counted));
    const volume = await product.store.volume({ from: from - before * 1_000_000, to }, 200);
    expect(
      volume.reduce((sum, { events }) => sum + events, 0),
      `volume, ${before} s`,
    ).toBe(2 * EVENTS);
  }
  const [batches] = await product.sql<{ wrong: number; n: number }>(
    `SELECT countIf(a.events != b.n) AS wrong, count() AS n FROM (SELECT tap, batch, count() AS n FROM events GROUP BY tap, batch) AS b
     LEFT JOIN (SELECT tap, batch, events FROM batch_summaries FINAL WHERE traceId = '') AS a ON a.tap = b.tap AND a.batch = b.batch`,
  );
  expect(batches?.wrong, 'accounts of batches').toBe(0);
  const traces = await product.sql<{ traceId: string; n: number }>(
    "SELECT traceId, count() AS n FROM events WHERE traceId != '' GROUP BY traceId ORDER BY traceId",
  );
  expect(traces.length).toBeGreaterThan(100);
  expect(
    await product.sql("SELECT traceId, sum(events) AS n FROM batch_summaries FINAL WHERE traceId != '' GROUP BY traceId ORDER BY traceId"),
    'trace index',
  ).toEqual(traces);
  const letters = await product.sql<{ n: number }>('SELECT count() AS n FROM events WHERE deadLetter = 1');
  expect(letters[0]?.n).toBeGreaterThan(0);
  expect(await product.sql('SELECT count() AS n FROM dead_letters FINAL'), 'dead letters').toEqual(letters);
}
