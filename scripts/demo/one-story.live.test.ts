import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Channel, type ChannelModel } from 'amqplib';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventDetail, TraceView } from '../../lib/contract/traces';
import { compileRules } from '../../lib/events/recognise/compile-rules';
import type { Bus } from '../../server/bus/bus';
import { createInProcessBusPair } from '../../server/bus/in-process/in-process-bus';
import { readConfig } from '../../server/config/read-config';
import type { Bodies } from '../../server/decoding/bodies';
import { openBodies } from '../../server/decoding/open-bodies';
import { openLog } from '../../server/log';
import { microsClock, openBrokers, openConfiguredStore, openRegistries, startCollectorHalf } from '../../server/start';
import { startEmbeddedStore } from '../../server/store/embedded/start-embedded';
import type { Store } from '../../server/store/store';
import { getEvent } from '../../server/web/queries/get-event';
import { getTrace } from '../../server/web/queries/get-trace';
import type { Services } from '../../server/web/services';
import { sampleEvents } from '../../shop/schemas/samples.fixture';
import { brokerAddresses } from '../brokers/addresses';
import { makeTopics } from '../brokers/make-topics';
import { startShopRegistry, type ShopRegistry } from './shop-registry.fixture';

/** Applications that say little of how their events belong together, on a real Kafka and a real RabbitMQ: what the product makes of it. */
describe('stories over real brokers', { timeout: 240_000 }, () => {
  const run = randomBytes(4).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'eventyard-one-story-'));
  const vhost = `one-story-${run}`;
  const topic = `one-story-${run}`;
  const log = openLog({ level: 'silent', format: 'json' }, 'test');
  const clock = microsClock();
  const closers: (() => Promise<unknown>)[] = [];
  let store: Store;
  let bus: Bus;
  let channel: Channel;
  let producer: Producer;
  let registry: ShopRegistry;
  let bodies: Bodies;

  const api = async (method: string): Promise<void> => {
    const { origin, username, password } = new URL(brokerAddresses().RABBITMQ_API_URL);
    const answer = await fetch(`${origin}/api/vhosts/${vhost}`, {
      method,
      headers: { authorization: `Basic ${btoa(`${username}:${password}`)}` },
    });
    if (!answer.ok) throw new Error(`${method} of the vhost answered ${answer.status}`);
  };
  const until = async <T>(what: string, ask: () => Promise<T | null>): Promise<T> => {
    for (const end = Date.now() + 120_000; Date.now() < end; await new Promise((done) => setTimeout(done, 250))) {
      const found = await ask();
      if (found !== null) return found;
    }
    throw new Error(`never came: ${what}`);
  };
  const storyOf = (id: string, whole: (trace: TraceView) => boolean): Promise<TraceView> =>
    until(id, async () => {
      const trace = await getTrace({ store, clock } as unknown as Services, id);
      return trace !== 'not-found' && whole(trace) ? trace : null;
    });
  const publish = (exchange: string, key: string, body: unknown, options: object = {}): void =>
    void channel.publish(exchange, key, Buffer.from(JSON.stringify(body)), { contentType: 'application/json', ...options });

  beforeAll(async () => {
    const { KAFKA_BROKERS: kafka, AMQP_URL: amqp, RABBITMQ_API_URL: rabbitApi } = brokerAddresses();
    await api('PUT');
    const amqpUrl = `${amqp.replace(/\/$/, '')}/${vhost}`;
    const connection: ChannelModel = await connect(amqpUrl, { clientProperties: { connection_name: 'billing/1' } });
    closers.push(() => connection.close());
    channel = await connection.createChannel();
    for (const exchange of ['shop.events', 'shop.retry', 'shop.again', 'shop.dlx', 'shop.replies'])
      await channel.assertExchange(exchange, 'topic');
    await channel.assertQueue('billing', { deadLetterExchange: 'shop.dlx', deadLetterRoutingKey: 'billing' });
    await channel.assertQueue('billing.wait', { messageTtl: 300, deadLetterExchange: 'shop.again', deadLetterRoutingKey: 'billing' });
    await channel.assertQueue('billing.dlq');
    await channel.assertQueue('replies');
    for (const [queue, exchange, key] of [
      ['billing', 'shop.events', 'order.*'],
      ['billing', 'shop.again', 'billing'],
      ['billing.wait', 'shop.retry', '#'],
      ['billing.dlq', 'shop.dlx', 'billing'],
      ['replies', 'shop.replies', '#'],
    ] as const)
      await channel.bindQueue(queue, exchange, key);
    const client = new Kafka({ clientId: 'orders', brokers: kafka.split(','), logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    await makeTopics(admin, [{ topic, numPartitions: 1 }]);
    closers.push(async () => {
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    });
    producer = client.producer();
    await producer.connect();
    closers.push(() => producer.disconnect());

    registry = await startShopRegistry();
    closers.push(() => registry.close());
    const file = join(folder, 'eventyard.yaml');
    writeFileSync(
      file,
      `environment: { name: story, kind: development }
brokers:
  - name: kafka
    kafka: { brokers: "${kafka}" }
    schemaRegistry: { url: "${registry.url}" }
    tap: { startAt: beginning, include: ["${topic}"] }
  - name: rabbit
    rabbitmq: { url: "${amqpUrl}", api: "${rabbitApi}" }
`,
    );
    const config = readConfig({ file, env: {}, flags: { 'store.directory': join(folder, 'store') }, cwd: process.cwd() });
    const embedded = await startEmbeddedStore({ directory: config.store.directory, memoryMb: 400, log });
    closers.push(() => embedded.close());
    store = await openConfiguredStore(config, embedded, log);
    closers.push(() => store.close());
    bodies = openBodies(config, openRegistries(config));
    closers.push(() => bodies.close());
    const brokers = openBrokers(config, log);
    closers.push(() => Promise.all(brokers.map((broker) => broker.close())));
    const [web, collectors] = createInProcessBusPair();
    bus = web;
    const collector = await startCollectorHalf({ config, brokers, store, bus: collectors, log, metrics: new Registry(), owner: 'test' });
    closers.push(() => collector.close());
    // RabbitMQ copies only from when the tap's bindings stand.
    await until('the taps', async () => {
      publish('shop.events', 'order.probe', { probe: true }, { messageId: `probe-${run}` });
      await producer.send({ topic, messages: [{ value: JSON.stringify({ probe: true }) }] });
      const { rows } = await store.recentEvents({ range: { from: clock() - 600e6, to: clock() }, limit: 50 });
      return new Set(rows.map((row) => row.broker)).size === 2 ? true : null;
    });
    await channel.purgeQueue('billing');
  }, 240_000);

  afterAll(async () => {
    for (const close of closers.toReversed()) await close();
    await api('DELETE');
    rmSync(folder, { recursive: true, force: true });
  }, 120_000);

  it('[J2] [J6] a flow without any trace id, joined over both brokers by its order', async () => {
    const order = `ord-${run}`;
    publish('shop.events', 'order.placed', { type: 'order.placed', orderId: order });
    await producer.send({ topic, messages: [{ key: order, value: JSON.stringify({ type: 'order.shipped', data: { orderId: order } }) }] });
    const story = await storyOf(`~${order}`, (trace) => trace.nodes.length >= 2);
    expect(story.nodes.map(({ event }) => event.system).toSorted()).toEqual(['kafka', 'rabbitmq']);
    expect(story.story?.flow).toMatchObject({ rule: 'business-key', evidence: 'inferred', traceIds: [] });
    expect(story.story?.parents?.map(({ rule }) => rule)).toContain('key');
  });

  it('[T4] a request and its reply are a pair', async () => {
    publish(
      'shop.events',
      'order.quote',
      { type: 'order.quote' },
      { messageId: `ask-${run}`, correlationId: `ask-${run}`, replyTo: 'replies' },
    );
    publish('shop.replies', 'quote', { type: 'quote' }, { messageId: `answer-${run}`, correlationId: `ask-${run}` });
    const story = await storyOf(`~ask-${run}`, (trace) => trace.nodes.length >= 2);
    expect(story.nodes.map(({ event, joinedBy }) => `${event.type} ${joinedBy}`)).toEqual(['order.quote root', 'quote reply']);
  });

  it('[T4] a retry with delay, the dead letter and its replay stand in one trace', async () => {
    const trace = randomBytes(16).toString('hex');
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    const { consumerTag } = await channel.consume('billing', (message) => {
      if (message === null) return;
      if (message.properties.headers?.['retry-count'] === undefined) {
        const { messageId, type } = message.properties as { messageId: string; type: string };
        channel.publish('shop.retry', 'billing', message.content, {
          messageId,
          type,
          headers: { ...message.properties.headers, 'retry-count': 1 },
        });
        channel.ack(message);
      } else channel.nack(message, false, false);
    });
    publish('shop.events', 'order.placed', { orderId: `o-${run}` }, { messageId: `m-${run}`, type: 'order.placed', headers });
    const died = await storyOf(trace, ({ nodes }) => nodes.some(({ event }) => event.deadLetter));
    await channel.cancel(consumerTag);
    const letter = died.nodes.find(({ event }) => event.deadLetter);
    expect(letter?.joinedBy).toBe('dead-letter');
    const report = await bus.ask('replay', { letters: [letter?.event.id ?? ''], reason: 'a test', by: 'test' }, { timeoutMs: 60_000 });
    expect(report.refused).toBeNull();
    const whole = await storyOf(trace, ({ nodes }) => nodes.some(({ joinedBy }) => joinedBy === 'replay'));
    const rules = whole.nodes.map(({ joinedBy }) => joinedBy);
    expect(rules.filter((rule) => rule === 'root')).toHaveLength(1);
    expect(rules).toContain('retry');
    expect(rules).toContain('dead-letter');
    expect(rules).toContain('replay');
    expect(whole.story?.marks?.filter(({ kind }) => kind === 'duplicate')).toEqual([]);
    expect(whole.story?.consumption?.some(({ inbox, state }) => inbox === 'billing' && state === 'dead-lettered')).toBe(true);
  });

  it.each([
    ['inventory.reserved', 'avro', 'inventory.reserved.v1.avro'],
    ['ledger.entry.posted', 'protobuf', 'ledger.entry.posted.v1.protobuf'],
  ] as const)(
    '[G61] [G66] %s in %s as the shop writes it is found by what its body says, and shown decoded',
    async (type, format, subject) => {
      const sample = sampleEvents().find(({ event }) => event.type === type)?.event;
      if (sample === undefined) throw new Error('no sample');
      const id = `${type}-${run}`;
      const orderId = `o-${format}-${run}`;
      const value = Buffer.from(await registry.encode({ ...sample, id, data: { ...sample.data, orderId } }, format));
      // A tap does not wait for a registry that is slow to answer at first: it is sent until one is recognised by its body.
      const found = await until('an event with the key that only its body says', async () => {
        await producer.send({ topic, messages: [{ value, headers: { 'event-type': type } }] });
        const hits = await store.findId(orderId, 5);
        return hits.find(({ event }) => event.type === type)?.event ?? null;
      });
      const services = { store, bodies, rules: compileRules(), clock } as unknown as Services;
      const shown = await until('the body, decoded', async (): Promise<EventDetail | null> => {
        const event = await getEvent(services, found.id);
        return event !== 'not-found' && event.body.kind === 'json' ? event : null;
      });
      expect(shown.schema).toMatchObject({ subject, version: 1, type: format.toUpperCase(), problem: null });
      expect(JSON.parse(shown.body.text ?? '')).toMatchObject(
        format === 'avro' ? { eventId: id, orderId } : { event_id: id, order_id: orderId },
      );
      expect((await store.event(found.id))?.schemaId).toBe(shown.schema?.id);
    },
  );

  it('[G64] without the registry an event is stored all the same, and shown as the bytes it is, with the reason', async () => {
    const sample = sampleEvents().find(({ event }) => event.type === 'inventory.committed')?.event;
    if (sample === undefined) throw new Error('no sample');
    const value = Buffer.from(await registry.encode(sample, 'avro'));
    await registry.close();
    // An id that nobody has asked for yet.
    value.writeUInt32BE(998, 1);
    const id = `committed-${run}`;
    await producer.send({ topic, messages: [{ key: id, value, headers: { 'event-id': id, 'event-type': 'inventory.committed' } }] });
    const found = await until('the event', async () => (await store.findId(id, 5))[0]?.event ?? null);
    expect(await store.event(found.id)).toMatchObject({ schemaId: 998, bodyProblem: expect.stringContaining('998') });
    const services = { store, bodies, rules: compileRules(), clock } as unknown as Services;
    expect(await getEvent(services, found.id)).toMatchObject({
      body: { kind: 'binary', problem: expect.stringContaining('does not answer') },
      schema: { id: 998, subject: null, problem: expect.stringContaining('does not answer') },
    });
  });
});
