import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromQueue, fromTopic } from './bindings';
import { toExchange, toTopic } from './channels';
import { openDatabase } from './db/database';
import type { IncomingEvent } from './events';
import { anEvent, jsonOnly, openHostWorld, type HostWorld } from './host.fixture';
import { ProcessedEvents } from './idempotency/processed-events';
import { NotConnected } from './publisher';
import { RequestTimeout } from './request-reply';
import { RegistryAway } from './serialisers/registry-client';
import { desiredConsumers } from './subscriber/subscriber';

const SOON = { timeout: 30_000, interval: 10 };
const onKafka = { channels: [toTopic('order-events')] };

let world: HostWorld;
beforeEach(async () => {
  world = await openHostWorld();
});
afterEach(() => world.close());

describe('publishing', () => {
  it('[SM1] what nobody wants comes back and is counted; a command that nobody takes goes to its alternate exchange', async () => {
    const { parts } = await world.host('order-service');
    expect(await parts.publisher.publish(anEvent(1, { type: 'nobody.wants' }))).toBe('returned');
    expect(world.counts.get('returned:ecommerce.events:nobody.wants')).toBe(1);
    expect(await parts.publisher.publish(anEvent(2, { type: 'order.unknown', channels: [toExchange('shop.commands')] }))).toBe('confirmed');
    expect((await world.queued('shop.unrouted')).map(({ id }) => id)).toEqual(['event-2']);
  });

  it('[SM2] refused is tried again, and in the end said', async () => {
    const { parts } = await world.host('traffic');
    const report = (n: number) => anEvent(n, { type: 'report.build', channels: [toExchange('shop.commands')] });
    for (let n = 0; n < 100; n += 1) await parts.publisher.publish(report(n));
    expect(await parts.publisher.publish(report(100))).toBe('refused');
    expect(world.counts.get('refused:shop.commands:report.build')).toBe(4);
    const waiting = parts.publisher.publish(report(101));
    await world.queued('reports-work');
    expect(await waiting).toBe('confirmed');
  });

  it('[SM3] refuses while its broker is away, and says when it is back', async () => {
    const { parts } = await world.host('order-service');
    world.engine.stopBroker('logs', 'restarting');
    await expect(parts.publisher.publish(anEvent(1, onKafka))).rejects.toThrow(NotConnected);
    expect(await parts.publisher.publish(anEvent(1))).toBe('confirmed');
    const back = parts.publisher.whenReady('kafka');
    world.engine.startBroker('logs');
    await back;
    expect(await parts.publisher.publish(anEvent(1, onKafka))).toBe('confirmed');
  });

  it('[SM5] a transaction is all or nothing', async () => {
    const { parts } = await world.host('payment-service');
    const rows = ['debit', 'credit'].map((row) => anEvent(row, { type: 'ledger.entry.posted', channels: [toTopic('payment-ledger')] }));
    const failing = parts.publisher.publishTogether('transfer', rows, undefined, () => Promise.reject(new Error('declined')));
    await expect(failing).rejects.toThrow('declined');
    await parts.publisher.publishTogether('transfer', rows);
    const seen: string[] = [];
    const reader = await world.host('reporting-service');
    await reader.parts.consume(fromTopic('payment-ledger', 'reporting-ledger', ['*']), { '*': async ({ id }) => void seen.push(id) });
    await vi.waitFor(() => expect(seen.toSorted()).toEqual(['event-credit', 'event-debit']), SOON);
  });

  it('[SM6] activity is gathered into batches', async () => {
    const { parts } = await world.host('api-gateway');
    const clicks = Array.from({ length: 50 }, (_, n) => anEvent(n, { type: 'click', channels: [toTopic('user-activity')] }));
    const produce = vi.spyOn(parts.transports.kafka, 'produce');
    await Promise.all(clicks.map((click) => parts.publisher.publish(click)));
    expect(produce.mock.calls.map(([records, options]) => [records.length, options.acks])).toEqual([[50, 0]]);
  });
});

describe('reading a queue', () => {
  it('[SM10] [SM11] handles, acknowledges, counts; what nobody here handles is acknowledged, too', async () => {
    const { parts } = await world.host('order-service');
    const seen: IncomingEvent[] = [];
    await parts.consume(fromQueue('order-service-queue', ['payment.completed']), {
      'payment.completed': async (event) => void seen.push(event),
    });
    const paid = anEvent(1);
    await parts.publisher.publish(paid);
    await parts.publisher.publish(anEvent(2, { type: 'payment.failed' }));
    await vi.waitFor(() => expect(world.counts.get('ignored:order-service-queue:no-handler')).toBe(1), SOON);
    expect(seen).toMatchObject([
      { id: 'event-1', type: 'payment.completed', correlationId: 'order-1', retryCount: 0, source: 'payment-service' },
    ]);
    expect(seen[0]?.traceparent).toBe(paid.traceparent);
    expect(world.counts.get('processed:order-service-queue:success')).toBe(1);
  });

  it('[SM12] what nobody can read is dead at once, by the broker where the queue has dead letters, else republished', async () => {
    const { parts } = await world.host('order-service');
    const { rabbitmq } = parts.transports;
    await parts.consume(fromQueue('order-service-queue', ['user.created']), { 'user.created': async () => {} });
    await parts.consume(fromQueue('inventory-order-queue', ['order.placed']), { 'order.placed': async () => {} });
    const broken = { id: 'x', type: '', body: new TextEncoder().encode('{'), contentType: '', headers: {} };
    await rabbitmq.publish('ecommerce.events', { ...broken, key: 'user.created' });
    await rabbitmq.publish('order-events', { ...broken, key: 'order.placed' });
    // Nobody's dead letters are bound by this key, which only the pattern payment.* knows.
    await rabbitmq.publish('ecommerce.events', { ...broken, key: 'payment.rumoured' });
    await vi.waitFor(
      () =>
        expect(world.letters.map(({ consumer, cause, attempts }) => [consumer, cause, attempts]).toSorted()).toEqual([
          ['inventory-order-queue', 'Undecodable', 1],
          ['order-service-queue', 'Undecodable', 1],
          ['order-service-queue', 'Undecodable', 1],
        ]),
      SOON,
    );
    await vi.waitFor(async () => expect((await rabbitmq.depth('order-service-queue.dlq'))?.ready).toBe(2), SOON);
    const rejected = await world.queued('order-service-queue.dlq');
    expect(rejected.toSorted((a, b) => (a.key < b.key ? 1 : -1))).toMatchObject([
      { key: 'user.created', headers: { 'x-first-death-reason': 'rejected' } },
      { key: 'order-service-queue', headers: { 'x-exception-type': 'Undecodable', 'x-original-routingKey': 'payment.rumoured' } },
    ]);
    await vi.waitFor(async () => expect((await rabbitmq.depth('inventory-order-queue.dlq'))?.ready).toBe(1), SOON);
    expect(await world.queued('inventory-order-queue.dlq')).toMatchObject([
      { key: 'inventory-order-queue', headers: { 'x-exception-type': 'Undecodable' } },
    ]);
  });

  it('[SM13] [SM18] up the ladder with its count, then dead with its cause and where it came from', async () => {
    const { parts } = await world.host('order-service');
    const attempts: number[][] = [];
    await parts.consume(fromQueue('order-service-queue', ['payment.completed']), {
      'payment.completed': async ({ retryCount }, { attempt }) => {
        attempts.push([attempt, retryCount]);
        throw new TypeError('no such order');
      },
    });
    await parts.publisher.publish(anEvent(1));
    await vi.waitFor(() => expect(world.letters).toMatchObject([{ eventId: 'event-1', cause: 'TypeError', attempts: 4 }]), SOON);
    expect(attempts).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [4, 3],
    ]);
    await vi.waitFor(async () => expect((await parts.transports.rabbitmq.depth('order-service-queue.dlq'))?.ready).toBe(1), SOON);
    const [letter] = await world.queued('order-service-queue.dlq');
    expect(letter?.headers).toMatchObject({
      'retry-count': 3,
      'event-id': 'event-1',
      'x-exception-type': 'TypeError',
      'x-exception-message': 'no such order',
      'x-original-exchange': 'ecommerce.events',
      'x-original-routingKey': 'payment.completed',
    });
    expect(world.counts.get('dead:TypeError')).toBe(1);
  });

  it('[SM14] back to the queue until its delivery limit', async () => {
    const { parts } = await world.host('payment-service');
    const attempts: number[] = [];
    await parts.consume(fromQueue('payment-commands', ['payment.charge']), {
      'payment.charge': async (_, { attempt }) => {
        attempts.push(attempt);
        throw new Error('rejected');
      },
    });
    await parts.publisher.publish(anEvent(1, { type: 'payment.charge', channels: [toExchange('shop.commands')] }));
    await vi.waitFor(() => expect(world.letters).toHaveLength(1), SOON);
    await vi.waitFor(async () => expect((await parts.transports.rabbitmq.depth('payment-commands.dlq'))?.ready).toBe(1), SOON);
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(await world.queued('payment-commands.dlq')).toMatchObject([{ headers: { 'x-first-death-reason': 'delivery_limit' } }]);
  });

  it('[SM19] an idempotent consumer skips what it has completed, by whichever way it comes', async () => {
    const idempotency = new ProcessedEvents(openDatabase(':memory:'), (ms) => ms, Date.now);
    const { parts } = await world.host('inventory-service', { idempotency });
    const once = { consumer: 'inventory-service', guarantee: 'effectively-once' } as const;
    const seen: string[] = [];
    const handlers = { 'order.placed': async ({ id }: IncomingEvent) => void seen.push(id) };
    await parts.consume(fromQueue('inventory-order-queue', ['order.placed'], once), handlers);
    await parts.consume(fromTopic('order-events', 'inventory-service', ['order.placed'], once), handlers);
    const placed = anEvent(1, { type: 'order.placed' });
    for (const channels of [[toTopic('order-events')], [toTopic('order-events')], [toExchange('order-events')]])
      await parts.publisher.publish({ ...placed, channels });
    await vi.waitFor(
      () => expect((world.counts.get('skipped:inventory-service') ?? 0) + (world.counts.get('skipped:inventory-order-queue') ?? 0)).toBe(2),
      SOON,
    );
    expect(seen).toEqual(['event-1']);
  });

  it('[SM20] a handler that takes too long is aborted and has failed', async () => {
    const { parts } = await world.host('order-service', { handlerMs: 20 });
    const reasons: string[] = [];
    await parts.consume(fromQueue('order-service-queue', ['payment.completed'], { ladder: [] }), {
      'payment.completed': async (_, { signal }) => {
        await sleep(10_000, undefined, { signal }).catch(() => reasons.push((signal.reason as Error).name));
      },
    });
    await parts.publisher.publish(anEvent(1));
    await vi.waitFor(() => expect(world.letters).toMatchObject([{ cause: 'HandlerTooSlow' }]), SOON);
    expect(reasons).toEqual(['HandlerTooSlow']);
  });

  it('[SM21] stopping finishes what was begun and leaves the rest', async () => {
    const { parts } = await world.host('inventory-service');
    let [begun, finished] = [0, 0];
    const subscriber = await parts.consume(fromQueue('inventory-order-queue', ['order.placed']), {
      'order.placed': async () => {
        begun += 1;
        await sleep(30);
        finished += 1;
      },
    });
    for (let n = 0; n < 3; n += 1)
      await parts.publisher.publish(anEvent(n, { type: 'order.placed', channels: [toExchange('order-events')] }));
    await vi.waitFor(() => expect(begun).toBe(1), SOON);
    await subscriber.stop();
    expect([begun, finished, subscriber.members()]).toEqual([1, 1, 0]);
    expect(await world.queued('inventory-order-queue')).toHaveLength(2);
  });
});

describe('reading a topic', () => {
  const dead = async (topic: string): Promise<IncomingEvent[]> => {
    const { parts } = await world.host('letters');
    const seen: IncomingEvent[] = [];
    await parts.consume(
      { ...fromTopic('order-events', `letters-${topic}`, ['*']), channel: topic as never, errorHandler: 'stop' },
      { '*': async (event) => void seen.push(event) },
    );
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(0), SOON);
    return seen;
  };

  it('[SM15] in place: order holds, then the dead-letter topic in the words of Spring', async () => {
    const { parts } = await world.host('payment-service');
    const seen: string[] = [];
    await parts.consume(fromTopic('order-events', 'payment-service', ['order.cancelled']), {
      'order.cancelled': async ({ id }, { attempt }) => {
        seen.push(`${id} ${attempt}`);
        if (id === 'event-1') throw new TypeError('broken');
      },
    });
    for (const n of [1, 2]) await parts.publisher.publish(anEvent(n, { ...onKafka, key: 'same', type: 'order.cancelled' }));
    await vi.waitFor(() => expect(seen).toEqual(['event-1 1', 'event-1 2', 'event-1 3', 'event-1 4', 'event-2 1']), SOON);
    const [letter] = await dead('order-events-payment-service-dlt');
    expect(letter?.message.headers).toMatchObject({
      'kafka_dlt-original-topic': 'order-events',
      'kafka_dlt-original-consumer-group': 'payment-service',
      'kafka_dlt-exception-fqcn': 'TypeError',
    });
  });

  it('[SM16] retry topics: the partition goes on, and the letter tells where it first stood', async () => {
    const { parts } = await world.host('inventory-service');
    const seen: string[] = [];
    await parts.consume(fromTopic('order-events', 'inventory-service', ['order.placed'], { errorHandler: 'retry-topics' }), {
      'order.placed': async ({ id }, { attempt }) => {
        seen.push(`${id} ${attempt}`);
        if (id === 'event-1') throw new TypeError('broken');
      },
    });
    for (const n of [1, 2]) await parts.publisher.publish(anEvent(n, { ...onKafka, key: 'same', type: 'order.placed' }));
    await vi.waitFor(() => expect(seen).toHaveLength(5), SOON);
    expect(seen.slice(0, 2)).toEqual(['event-1 1', 'event-2 1']);
    expect(seen.filter((one) => one.startsWith('event-1'))).toEqual(['event-1 1', 'event-1 2', 'event-1 3', 'event-1 4']);
    const [letter] = await dead('order-events-inventory-service-dlt');
    expect(letter?.message.headers['kafka_dlt-original-topic']).toBe('order-events');
    expect([...(letter!.message.headers['kafka_dlt-original-offset'] as Uint8Array)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('[SM17] like a sink connector: no second attempt, one queue for all, every value text', async () => {
    const { parts } = await world.host('reporting-service');
    const legacy = fromTopic('order-events', 'reporting-legacy', ['order.placed'], { errorHandler: 'connect-dlq', highestMajor: 1 });
    let handled = 0;
    await parts.consume(legacy, { 'order.placed': async () => void (handled += 1) });
    await parts.publisher.publish(anEvent(1, { ...onKafka, type: 'order.placed', version: '2.0.0' }));
    await parts.publisher.publish(anEvent(2, { ...onKafka, type: 'order.placed', version: '1.7.0' }));
    const [letter] = await dead('reporting-dlq');
    expect(letter?.message.headers).toMatchObject({
      '__connect.errors.topic': 'order-events',
      '__connect.errors.exception.class.name': 'UnsupportedVersion',
      '__connect.errors.offset': '0',
    });
    await vi.waitFor(() => expect(handled).toBe(1), SOON);
  });

  it('[SM22] batches are flushed together, commit afterwards, are given again when they fail, and on stop', async () => {
    const { parts } = await world.host('reporting-service');
    const flushes: string[][] = [];
    const batched = fromTopic('order-events', 'reporting-summary', ['order.placed'], { batch: { size: 4, waitMs: 60_000 } });
    const subscriber = await parts.consumeBatches(batched, async (events, { flush }) => {
      flushes.push(events.map(({ id }) => id).toSorted());
      if (flush === 1) throw new Error('the database is locked');
    });
    await Promise.all([0, 1, 2, 3].map((n) => parts.publisher.publish(anEvent(n, { ...onKafka, key: 'same', type: 'order.placed' }))));
    const all = ['event-0', 'event-1', 'event-2', 'event-3'];
    await vi.waitFor(() => expect(flushes.slice(0, 2)).toEqual([all, all]), SOON);
    await parts.publisher.publish(anEvent(4, { ...onKafka, key: 'same', type: 'order.placed' }));
    await sleep(50);
    expect(flushes).toHaveLength(2);
    await subscriber.stop();
    expect(flushes.at(-1)).toEqual(['event-4']);
    expect(await parts.transports.kafka.lag('reporting-summary', 'order-events')).toBe(0);
  });

  it('[SM25] a consumer that must not skip stops at what it cannot do, and says so; other groups go on', async () => {
    const complaints: object[] = [];
    const quiet = (): void => {};
    const log = { debug: quiet, info: quiet, warn: quiet, error: (fields: object) => void complaints.push(fields) };
    const { parts } = await world.host('query-service', { log });
    const log1: string[] = [];
    const log2: string[] = [];
    const group = (name: string) => fromTopic('order-log', name, ['ORDER_CREATED'], { errorHandler: 'stop' });
    const failing = await parts.consume(group('proj-failing'), {
      ORDER_CREATED: async ({ id }) => {
        if (id === 'event-2') throw new TypeError('no such column');
        log1.push(id);
      },
    });
    await parts.consume(group('proj-going-on'), { ORDER_CREATED: async ({ id }) => void log2.push(id) });
    for (const n of [1, 2, 3])
      await parts.publisher.publish(anEvent(n, { channels: [toTopic('order-log')], key: 'same', type: 'ORDER_CREATED' }));
    await vi.waitFor(() => expect(log2).toEqual(['event-1', 'event-2', 'event-3']), SOON);
    await vi.waitFor(() => expect(failing.members()).toBe(0), SOON);
    expect(log1).toEqual(['event-1']);
    expect(complaints).toEqual([{ inbox: 'proj-failing', cause: 'TypeError' }]);
    expect(await parts.transports.kafka.lag('proj-failing', 'order-log')).toBe(2);
  });

  it('[SM23] one more while too much waits, one less when nothing does', () => {
    const range = { min: 1, max: 4, threshold: 200 };
    expect([1, 2, 4].map((now) => desiredConsumers(now, 500, range))).toEqual([2, 3, 4]);
    expect([1, 3].map((now) => desiredConsumers(now, 0, range))).toEqual([1, 2]);
    expect(desiredConsumers(3, 150, range)).toBe(3);
  });
});

describe('reading without the schema registry', () => {
  it('[SM26] what can’t be read for lack of its schema waits, loses no attempt, and is read as soon as it is there', async () => {
    let refusals = 0;
    const converters: typeof jsonOnly = (format) => ({
      ...jsonOnly(format),
      decode: (message) => ((refusals += 1) === 1 ? Promise.reject(new RegistryAway('away')) : jsonOnly(format).decode(message)),
    });
    const { parts } = await world.host('payment-service', { converters });
    const attempts: number[] = [];
    const binding = fromTopic('inventory-events', 'payment-service', ['inventory.reserved'], { ladder: [] });
    await parts.consume(binding, { 'inventory.reserved': async (_, { attempt }) => void attempts.push(attempt) });
    await parts.publisher.publish(anEvent(1, { type: 'inventory.reserved', channels: [toTopic('inventory-events')] }));
    await vi.waitFor(() => expect(attempts).toEqual([1]), SOON);
    expect(world.letters).toEqual([]);
  });
});

describe('requests', () => {
  const quote = (n: number) => anEvent(n, { type: 'shipping.quote' });

  it('[SM30] while the broker is away a request is refused at once; the first one after it is answered', async () => {
    const answering = await world.host('shipping-service');
    await answering.parts.consume(fromQueue('shipping-quotes', ['shipping.quote']), {
      'shipping.quote': (event) => answering.parts.reply(event, anEvent('answer', { type: 'shipping.quoted' })),
    });
    const { parts } = await world.host('api-gateway', { config: { time: (ms) => ms, trace: 'full' } });
    const ask = (n: number) => parts.request(quote(n), toExchange('shop.commands'), 60_000);
    world.engine.stopBroker('queues', 'restarting');
    await expect(ask(1)).rejects.toThrow(NotConnected);
    world.engine.startBroker('queues');
    await parts.publisher.whenReady('rabbitmq');
    expect(await ask(2)).toMatchObject({ id: 'event-answer' });
  });

  it('[SM30] [SM31] an answer finds its request; nobody answering is a timeout; a late answer is counted', async () => {
    const answering = await world.host('shipping-service');
    await answering.parts.consume(fromQueue('shipping-quotes', ['shipping.quote']), {
      'shipping.quote': async (event) => {
        if (event.data.n === 2) await sleep(1_000);
        await answering.parts.reply(
          event,
          anEvent(`answer-${String(event.data.n)}`, { type: 'shipping.quoted', source: 'shipping-service' }),
        );
      },
    });
    const { parts } = await world.host('api-gateway', { config: { time: (ms) => ms, trace: 'full' } });
    const ask = (n: number, timeoutMs: number) => parts.request(quote(n), toExchange('shop.commands'), timeoutMs);
    expect(await ask(1, 60_000)).toMatchObject({ id: 'event-answer-1', type: 'shipping.quoted', message: { correlationId: 'event-1' } });
    await expect(ask(2, 200)).rejects.toThrow(RequestTimeout);
    await vi.waitFor(
      () => expect([...world.counts].filter(([key]) => key.endsWith('late-reply')).map(([, count]) => count)).toEqual([1]),
      SOON,
    );
  });
});
