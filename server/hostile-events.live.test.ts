import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import type { EventHeader, ObservedEvent } from '@/lib/events/observed-event';
import { brokerAddresses } from '@/scripts/brokers/addresses';
import { makeTopics } from '@/scripts/brokers/make-topics';
import { type KafkaApplication, batchOfNow, openKafkaApplication } from './brokers/kafka/kafka-application.fixture';
import { encodeBatch, NO_PRODUCER } from './brokers/kafka/wire/encode-batch';
import { type RabbitWorld, openRabbitWorld, publishRaw, sharedRabbitVersion, withChannel } from './brokers/rabbitmq/rabbit-world.fixture';
import { type Product, startProduct, until } from './product.fixture';
import { getEvent } from './web/queries/get-event';
import { getTrace } from './web/queries/get-trace';
import { getServices } from './web/services';

/** What applications can put on a broker and should not: each is stored as it is, shown as text, and stops nothing behind it [B6]. */
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const HTML = '<img src=x onerror=alert(1)><script>alert(2)</script>&amp;"\'`';
const DAY_MS = 86_400_000;

interface Hostile {
  readonly body: Uint8Array | null;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly key?: string;
  /** What the producer says is the time, ms. */
  readonly timeMs?: number;
}

const HOSTILE: Readonly<Record<string, Hostile>> = {
  '1 MB': { body: utf8(JSON.stringify({ pad: 'x'.repeat(1_000_000) })) },
  'not UTF-8': { body: Uint8Array.of(0xff, 0xfe, 0x00, 0x80, 0xc3, 0x28) },
  empty: { body: new Uint8Array(0) },
  null: { body: null },
  'the word null': { body: utf8('null') },
  'nested 5,000 deep': { body: utf8(`${'['.repeat(5_000)}${']'.repeat(5_000)}`) },
  'objects 5,000 deep': { body: utf8(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`) },
  'the prototype': {
    body: utf8('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"type":"__proto__","orderId":"__proto__"}'),
    headers: [
      ['__proto__', 'polluted'],
      ['constructor', 'polluted'],
      ['event-type', '__proto__'],
    ],
    key: '__proto__',
  },
  HTML: {
    body: utf8(JSON.stringify({ type: HTML, source: HTML, orderId: HTML, correlationId: HTML, [HTML]: HTML })),
    headers: [
      ['event-type', HTML],
      ['source', HTML],
      ['correlation-id', HTML],
      ['message-id', HTML],
      [HTML, HTML],
    ],
    key: HTML,
  },
  '300 headers': {
    body: utf8('{}'),
    headers: Array.from({ length: 300 }, (_, n) => [`h-${String(n).padStart(3, '0')}`, `v-${n}`] as const),
  },
  'two headers of one name': {
    body: utf8('{}'),
    headers: [
      ['twin', 'one'],
      ['twin', 'two'],
    ],
  },
  'traceparent that is none': { body: utf8('{}'), headers: [['traceparent', '00-zz-not-a-parent-01-and-more']] },
  'traceparent of zeros': { body: utf8('{}'), headers: [['traceparent', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`]] },
  'a traceparent of 100 kB': { body: utf8('{}'), headers: [['traceparent', '0'.repeat(100_000)]] },
  '1970': { body: utf8('{"time":"1970-01-01T00:00:00Z"}'), timeMs: 0 },
  'year 9999': { body: utf8('{"time":"9999-12-31T23:59:59Z"}'), timeMs: 253_402_300_799_000 },
  'no number at all': { body: utf8('{"time":"yesterday","timestamp":1e400,"occurredAt":{}}') },
};
const NAMES = Object.keys(HOSTILE);
const DAYS = 101;

const id = randomBytes(4).toString('hex');
const topic = `hostile-${id}`;
let kafka: KafkaApplication;
let rabbit: RabbitWorld;
let product: Product;

beforeAll(async () => {
  [kafka, rabbit] = await Promise.all([openKafkaApplication(), openRabbitWorld()]);
  const admin = kafka.kafka.admin();
  await admin.connect();
  // A topic that takes any time of its producers and keeps it.
  const forEver = String(2n ** 63n - 1n);
  const configEntries = [
    { name: 'message.timestamp.before.max.ms', value: forEver },
    { name: 'message.timestamp.after.max.ms', value: forEver },
    { name: 'retention.ms', value: '-1' },
  ];
  await makeTopics(admin, [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }]);
  await admin.disconnect();
  await withChannel(rabbit.link, async (channel) => {
    await channel.assertExchange(topic, 'topic', { durable: true });
    await channel.assertQueue(`${topic}.queue`, { durable: true });
    await channel.bindQueue(`${topic}.queue`, topic, '#');
  });
  const tap = { startAt: 'beginning', discoverEvery: '1s', maxBodyBytes: 2_000_000 };
  product = await startProduct([
    { name: 'log', kafka: { brokers: brokerAddresses().KAFKA_BROKERS }, tap: { ...tap, include: [topic] } },
    { name: 'queues', rabbitmq: { url: rabbit.url, api: rabbit.apiUrl }, tap: { ...tap, include: [topic] } },
  ]);
  const tab = await product.openTab();
  await until(
    () => `both taps listen: ${JSON.stringify(tab.cards())}`,
    () => tab.cards().filter(({ status, channels }) => status === 'live' && channels.length === 1).length === 2,
  );
});
afterAll(async () => {
  await product?.close();
  await kafka?.close();
  await rabbit?.close();
});

async function publishAll(): Promise<void> {
  for (const { body, headers = [], key, timeMs = Date.now() } of Object.values(HOSTILE)) {
    const kafkaHeaders = headers.map(([name, value]): EventHeader => ({ name, wire: 'kafka', value: utf8(value) }));
    const record = { key: key === undefined ? null : utf8(key), value: body, headers: kafkaHeaders, timeMs };
    await kafka.append(topic, 0, encodeBatch(record, NO_PRODUCER));
    const amqp = [
      ...(timeMs === undefined ? [] : [amqpProperty('timestamp', String(Math.floor(timeMs / 1000)))]),
      ...headers.map(([name, value]) => amqpHeader(name, value)),
    ];
    // A frame of AMQP carries its whole header table, and a key is short.
    const fits = headers.every(([, value]) => value.length < 50_000);
    await publishRaw(rabbit.link, [{ channel: topic, routingKey: (key ?? 'k').slice(0, 200), body, headers: fits ? amqp : [] }]);
  }
  // One batch of Kafka with a day each: what the producer says must not divide what is stored at once.
  const records = Array.from({ length: DAYS }, (_, day) => ({ value: `{"day":${day}}`, timestampDelta: day * DAY_MS }));
  await kafka.append(topic, 0, batchOfNow({ baseTime: Date.now() - DAYS * DAY_MS, records }));
  const days = Array.from({ length: DAYS }, (_, day) => ({
    channel: topic,
    routingKey: 'k',
    body: utf8(`{"day":${day}}`),
    headers: [amqpProperty('timestamp', String(Math.floor((Date.now() - day * DAY_MS) / 1000)))],
  }));
  await publishRaw(rabbit.link, days);
}

async function eventsOf(broker: string): Promise<readonly ObservedEvent[]> {
  const rows = await product.sql<{ id: string }>(`SELECT id FROM events WHERE broker = '${broker}' ORDER BY tap, batch, idx`);
  const events = await Promise.all(rows.map((row) => product.store.event(row.id)));
  return events.filter((event) => event !== null);
}

describe('what applications can put on a broker', () => {
  it('[B6] is stored once and as it is, in order, shown as text, and stops nothing', { timeout: 300_000 }, async () => {
    await publishAll();
    const expected = NAMES.length + DAYS;
    let seen: unknown = null;
    await until(
      () => `everything is stored: ${JSON.stringify(seen)}`,
      async () => {
        const rows = await product.sql<{ n: number }>('SELECT count() AS n FROM events GROUP BY broker');
        seen = rows;
        return rows.length === 2 && rows.every(({ n }) => n >= expected);
      },
    );
    expect(await product.store.gaps({ from: 0, to: Date.now() * 1_000 }, 10)).toEqual([]);
    const keepsTwins = (await sharedRabbitVersion()).startsWith('3.');
    for (const broker of ['log', 'queues']) {
      const events = await eventsOf(broker);
      expect(events.length, broker).toBe(expected);
      for (const [index, name] of NAMES.entries()) {
        const event = events[index];
        const given = HOSTILE[name];
        const place = `${broker}: ${name}`;
        // AMQP has no null body.
        const body = given?.body ?? (broker === 'queues' ? new Uint8Array(0) : null);
        expect(
          event?.body === null || event?.body === undefined ? null : Buffer.from(event.body).equals(body ?? Buffer.alloc(0)),
          place,
        ).toBe(body === null ? null : true);
        const detail = await getEvent(getServices(), event?.id ?? '');
        expect(detail, place).not.toBe('not-found');
        // What travels to the screen is JSON, whatever came.
        expect(() => JSON.parse(JSON.stringify(detail)) as unknown, place).not.toThrow();
        if (typeof event?.traceId === 'string') expect(await getTrace(getServices(), event.traceId), place).not.toBe('not-found');
      }
      const of = (name: string): ObservedEvent | undefined => events[NAMES.indexOf(name)];
      const values = (event: ObservedEvent | undefined, header: string) =>
        event?.headers.filter((one) => one.name === header).map(({ value }) => Buffer.from(value ?? []).toString());
      expect(of('300 headers')?.headers.filter((one) => one.name.startsWith('h-'))).toHaveLength(300);
      expect(values(of('two headers of one name'), 'twin')).toEqual(broker === 'log' || keepsTwins ? ['one', 'two'] : [expect.anything()]);
      expect(values(of('the prototype'), '__proto__')).toEqual(['polluted']);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      for (const name of ['traceparent that is none', 'traceparent of zeros', 'a traceparent of 100 kB'])
        expect(of(name)?.traceId, name).toBeNull();
      expect(of('HTML')?.type).toBe(HTML);
      expect(of('1970')?.publishedAt, `${broker} 1970`).toBe(0);
      expect(of('year 9999')?.publishedAt, `${broker} 9999`).toBeNull(); // beyond what a number holds in µs
      expect(events.slice(NAMES.length).map(({ body }) => (JSON.parse(Buffer.from(body ?? []).toString()) as { day: number }).day)).toEqual(
        Array.from({ length: DAYS }, (_, day) => day),
      );
    }
    expect((await product.readyz()).ready).toBe(true);
  });
});
