import pino from 'pino';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';
import { amqpHeader, amqpProperty } from '@/lib/events/amqp-values';
import { aHeader, utf8 } from '@/lib/events/event.fixture';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { SagaDefinition } from '@/lib/sagas/saga';
import { createInProcessEngine, type InProcessEngine } from '../brokers/in-process/engine';
import { openInProcessBroker } from '../brokers/in-process/in-process-broker';
import { createInProcessBusPair } from '../bus/in-process/in-process-bus';
import type { Announcements, Bus } from '../bus/bus';
import { MemoryStore } from './memory-store.fixture';
import { startCollector } from './start-collector';
import { until } from './until.fixture';

const saga: SagaDefinition = {
  name: 'order',
  identifiedBy: 'business-key:order',
  start: ['order.placed'],
  steps: [{ name: 'pay', success: ['payment.completed'], failure: ['payment.failed'], compensation: [], timeoutMs: 60_000 }],
  end: [],
  timeoutMs: null,
};

interface World {
  readonly engine: InProcessEngine;
  readonly store: MemoryStore;
  readonly web: Bus;
  readonly heard: {
    batches: Announcements['batch'][];
    read: Announcements['read'][];
    sagas: Announcements['sagas'][];
    pictures: Announcements['picture'][];
    samples: Announcements['samples'][];
    taps: Announcements['taps'][];
    replays: Announcements['replay'][];
  };
  close(): Promise<void>;
}

const worlds: World[] = [];
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function aWorld(engine = createInProcessEngine(), store = new MemoryStore()): Promise<World> {
  const brokers = [
    openInProcessBroker(engine, { name: 'orders-kafka', system: 'kafka' }),
    openInProcessBroker(engine, { name: 'shop-rabbit', system: 'rabbitmq' }),
  ];
  const [web, own] = createInProcessBusPair();
  const heard: World['heard'] = { batches: [], read: [], sagas: [], pictures: [], samples: [], taps: [], replays: [] };
  web.onAnnouncement('batch', (batch) => heard.batches.push(batch));
  web.onAnnouncement('read', (read) => heard.read.push(read));
  web.onAnnouncement('sagas', (sagas) => heard.sagas.push(sagas));
  web.onAnnouncement('picture', (picture) => heard.pictures.push(picture));
  web.onAnnouncement('samples', (samples) => heard.samples.push(samples));
  web.onAnnouncement('taps', (taps) => heard.taps.push(taps));
  web.onAnnouncement('replay', (replay) => heard.replays.push(replay));
  const tap = (name: string) => ({
    tap: name,
    broker: name,
    include: ['*'],
    exclude: [],
    startAt: 'beginning' as const,
    maxBodyBytes: 65_536,
    maxBufferedBytes: 1e7,
    discoverEveryMs: 200,
  });
  const collector = await startCollector({
    store,
    bus: own,
    brokers,
    settings: {
      taps: brokers.map(({ name }) => tap(name)),
      sagas: [saga],
      serviceNames: { 'svc-7': 'order-service' },
      sampleEveryMs: 300,
      owner: 'test',
      pictureEveryMs: 200,
    },
    log: pino({ level: 'silent' }),
    clock: () => Date.now() * 1000,
    metrics: new Registry(),
  });
  const world = {
    engine,
    store,
    web,
    heard,
    async close() {
      await collector.close();
      await Promise.all(brokers.map((broker) => broker.close()));
      await web.close();
      await own.close();
    },
  };
  worlds.push(world);
  return world;
}

/** A shop's wiring: `orders` is read by order-service, its rejected messages go by `dlx` into `orders.dlq`. */
function wire(engine: InProcessEngine) {
  const shop = engine.client('order-service/1');
  shop.declareExchange('shop', { type: 'topic' });
  shop.declareExchange('dlx', { type: 'fanout' });
  shop.declareQueue('orders', { deadLetterExchange: 'dlx' });
  shop.declareQueue('orders.dlq');
  shop.bindQueue('orders', 'shop', 'order.#');
  shop.bindQueue('orders.dlq', 'dlx', '#');
  shop.declareTopic('payments', { partitions: 2 });
  return shop;
}

const trace = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const placed = (order: string) => ({
  exchange: 'shop',
  routingKey: 'order.placed',
  headers: [amqpProperty('message-id', `m-${order}`), amqpProperty('app-id', 'svc-7'), amqpHeader('traceparent', trace)],
  body: utf8(JSON.stringify({ eventId: `m-${order}`, type: 'order.placed', payload: { orderId: order } })),
});

async function aLetter(world: World): Promise<ObservedEvent> {
  await until('the letter is stored', () => world.store.events.some(({ deadLetter }) => deadLetter));
  return world.store.events.find(({ deadLetter }) => deadLetter) as ObservedEvent;
}

describe('startCollector', () => {
  it('[I8] stores the events of both brokers as one trace and tells of them afterwards', async () => {
    const engine = createInProcessEngine();
    const shop = wire(engine);
    const world = await aWorld(engine);
    await shop.publish(placed('o-1'));
    await shop.produce([
      {
        topic: 'payments',
        key: utf8('o-1'),
        headers: [aHeader('traceparent', trace), aHeader('event-type', 'payment.completed'), aHeader('event-id', 'p-1')],
        body: utf8('{"orderId":"o-1"}'),
      },
    ]);
    await until('both are stored', () => world.store.events.length === 2);
    expect(world.store.events.map(({ traceId }) => traceId)).toEqual(['a'.repeat(32), 'a'.repeat(32)]);
    expect(world.store.events.find(({ system }) => system === 'rabbitmq')).toMatchObject({
      source: 'order-service',
      type: 'order.placed',
      channel: 'shop',
      routingKey: 'order.placed',
      inboxes: [{ inbox: 'orders' }],
      messageId: 'm-o-1',
    });
    await until('both are told', () => world.heard.batches.reduce((sum, { events }) => sum + events, 0) === 2);
    expect(
      world.heard.batches
        .flatMap(({ edges }) => edges)
        .filter(({ kind }) => kind === 'publish')
        .map(({ source, channel, count }) => [source, channel, count])
        .sort(),
    ).toEqual([
      [null, 'payments', 1],
      ['order-service', 'shop', 1],
    ]);
    await until('the saga is folded', () =>
      world.heard.sagas.some(({ changed }) => changed.some(({ state, key }) => state === 'completed' && key === 'o-1')),
    );
    expect(world.store.sagasSaved.at(-1)).toMatchObject({ state: 'completed', key: 'o-1' });
  });

  it('[I16] events of a trace that somebody looks at are told before they are stored, the others are not', async () => {
    const engine = createInProcessEngine();
    const shop = wire(engine);
    const world = await aWorld(engine);
    let release = (): void => undefined;
    world.store.beforeAppend = () => new Promise<void>((done) => (release = done));
    await world.web.ask('follow', { traceIds: ['a'.repeat(32)] });
    await shop.publish({ ...placed('o-0'), headers: [amqpProperty('message-id', 'm-o-0')] });
    await shop.publish(placed('o-1'));
    await until('it is told', () => world.heard.read.length > 0);
    expect(world.store.events).toEqual([]);
    const told = world.heard.read.flatMap(({ rows }) => rows);
    expect(told).toMatchObject([{ messageId: 'm-o-1', traceId: 'a'.repeat(32) }]);
    world.store.beforeAppend = () => undefined;
    release();
    await until('it is stored, and told again', () => world.heard.batches.some(({ rows }) => rows.some(({ id }) => id === told[0]?.id)));
    expect(world.store.events.map(({ id }) => id)).toContain(told[0]?.id);
    expect(world.heard.batches.at(-1)?.followed).toEqual(['a'.repeat(32)]);
  });

  it('[I11] keeps and tells the brokers’ pictures and samples, also of what was made later', async () => {
    const engine = createInProcessEngine();
    const world = await aWorld(engine);
    const shop = wire(engine);
    await shop.publish(placed('o-1'));
    await until('the picture shows the queue', () =>
      world.heard.pictures.some(({ inboxes }) => inboxes.some(({ inbox }) => inbox === 'orders')),
    );
    await until('a sample shows what waits', () => world.store.queues.some(({ inbox, ready }) => inbox === 'orders' && ready === 1));
    await until('it was told', () => world.heard.samples.some(({ queues }) => queues.some(({ inbox }) => inbox === 'orders')));
  });

  it('answers with the taps’ cards, readiness and metrics', async () => {
    const world = await aWorld();
    await until('both listen', async () => (await world.web.ask('tap-cards', {})).taps.every(({ status }) => status === 'live'));
    expect((await world.web.ask('readiness', {})).parts).toEqual([
      { name: 'collector', ready: true, detail: 'stores' },
      { name: 'tap orders-kafka', ready: true, detail: 'live' },
      { name: 'tap shop-rabbit', ready: true, detail: 'live' },
    ]);
    await until('metrics say so', async () =>
      (await world.web.ask('metrics', {})).text.includes('eventyard_tap_live{tap="shop-rabbit",broker="shop-rabbit"} 1'),
    );
    expect(await world.web.ask('watch', { broker: 'shop-rabbit', inboxes: ['orders'] })).toEqual({ ok: true });
    expect(await world.web.ask('retry-tap', { tap: 'nobody' })).toEqual({ ok: false });
  });

  it('[L1] [L31] [L32] a rejected message is a dead letter; replayed it goes to the queue that failed and leaves its grave', async () => {
    const engine = createInProcessEngine();
    const shop = wire(engine);
    const world = await aWorld(engine);
    await shop.publish(placed('o-1'));
    let poison = true;
    const worked: string[] = [];
    shop.consume('orders', {}, (delivery) => {
      if (poison) return delivery.nack(false);
      worked.push(new TextDecoder().decode(delivery.message.body ?? undefined));
      delivery.ack();
    });
    const letter = await aLetter(world);
    expect(letter).toMatchObject({
      channel: 'dlx',
      failure: { cause: 'rejected', firstOrigin: { channel: 'shop', inbox: 'orders', routingKey: 'order.placed' } },
    });
    poison = false;

    const preview = await world.web.ask('preview-replay', { letters: [letter.id] });
    expect(preview).toMatchObject({
      refusal: null,
      items: [{ way: 'inbox', target: { kind: 'queue', queue: 'orders' }, takenFrom: 'orders.dlq', afterwards: 'taken' }],
    });
    expect(shop.queueCounts('orders.dlq').ready).toBe(1);
    expect(world.store.replays).toEqual([]);

    const report = await world.web.ask('replay', { letters: [letter.id], reason: 'fixed', by: 'ada' });
    expect(report).toMatchObject({ refused: null, items: [{ letter: letter.id, outcome: 'sent-and-taken' }] });
    await until('it was worked', () => worked.length === 1);
    expect(shop.queueCounts('orders.dlq').ready).toBe(0);
    expect(world.store.replays).toMatchObject([{ letter: letter.id, by: 'ada', reason: 'fixed', outcome: 'sent-and-taken' }]);
    expect(world.store.audits).toMatchObject([{ by: 'ada', action: 'replay', subject: letter.id }]);

    await until('our own record is an event', () => world.store.events.some(({ replayOf }) => replayOf === letter.id));
    const again = world.store.events.find(({ replayOf }) => replayOf === letter.id);
    expect(again).toMatchObject({
      channel: '',
      routingKey: 'orders',
      deadLetter: false,
      failure: null,
      traceId: 'a'.repeat(32),
      replayId: report.replayId,
      type: 'order.placed',
      inboxes: [{ inbox: 'orders', evidence: 'seen' }],
    });
    await until('it is told', () => world.heard.replays.length === 1);
    expect((await world.web.ask('preview-replay', { letters: [letter.id] })).items[0]?.warnings.map(({ code }) => code)).toContain(
      'already-replayed',
    );
  });

  it('[L32] what is not confirmed is not taken', async () => {
    const engine = createInProcessEngine();
    const shop = wire(engine);
    const world = await aWorld(engine);
    await shop.publish(placed('o-1'));
    const consumer = shop.consume('orders', {}, (delivery) => delivery.nack(false));
    const letter = await aLetter(world);
    consumer.cancel();
    shop.deleteQueue('orders');
    const report = await world.web.ask('replay', { letters: [letter.id], reason: 'try', by: 'ada' });
    expect(report.items).toMatchObject([{ outcome: 'not-sent' }]);
    expect(shop.queueCounts('orders.dlq').ready).toBe(1);
  });

  it('[L31] without an intent on record nothing is sent', async () => {
    const engine = createInProcessEngine();
    const shop = wire(engine);
    const world = await aWorld(engine);
    await shop.publish(placed('o-1'));
    const consumer = shop.consume('orders', {}, (delivery) => delivery.nack(false));
    const letter = await aLetter(world);
    consumer.cancel();
    world.store.beforeRecord = () => {
      throw new Error('disk full');
    };
    expect((await world.web.ask('replay', { letters: [letter.id], reason: 'try', by: 'ada' })).items).toMatchObject([
      { outcome: 'not-sent' },
    ]);
    expect(shop.queueCounts('orders')).toMatchObject({ ready: 0 });
    expect(shop.queueCounts('orders.dlq').ready).toBe(1);
  });

  it('[L20] on Kafka the letter is marked, and the original topic gets it again', async () => {
    const engine = createInProcessEngine();
    const shop = wire(engine);
    shop.declareTopic('payments-dlt');
    const world = await aWorld(engine);
    const headers = [
      aHeader('event-type', 'payment.completed'),
      aHeader('kafka_dlt-original-topic', 'payments'),
      aHeader('kafka_dlt-exception-fqcn', 'a.CarrierTimeout'),
    ];
    await shop.produce([{ topic: 'payments-dlt', key: utf8('o-1'), headers, body: utf8('{"orderId":"o-1"}') }]);
    const letter = await aLetter(world);
    expect((await world.web.ask('replay', { letters: [letter.id], reason: 'fixed', by: 'ada' })).items).toMatchObject([
      { outcome: 'sent-and-marked' },
    ]);
    await until('the topic has it', () =>
      world.store.events.some(({ channel, replayOf }) => channel === 'payments' && replayOf === letter.id),
    );
    expect(world.store.events.find(({ channel }) => channel === 'payments')).toMatchObject({
      key: utf8('o-1'),
      deadLetter: false,
      failure: null,
    });
  });

  it('[L33] an intent without an outcome comes back as uncertain at the next start', async () => {
    const store = new MemoryStore();
    await store.recordReplayIntent({ replayId: 'r-1', letter: 'r:x:y:1:0', by: 'ada', reason: 'x', at: 1 });
    const world = await aWorld(createInProcessEngine(), store);
    await until('it is uncertain', () => world.store.replays[0]?.outcome === 'uncertain');
    await until('it is in the audit', () => world.store.audits.length === 1);
  });

  it('refuses a replay without a reason, of nothing, or of a letter twice', async () => {
    const world = await aWorld();
    const ask = (letters: string[], reason: string) => world.web.ask('replay', { letters, reason, by: 'ada' });
    expect((await ask(['a'], ' ')).refused).toContain('reason');
    expect((await ask([], 'x')).refused).toContain('No letter');
    expect((await ask(['a', 'a'], 'x')).refused).toContain('twice');
    expect((await ask(['a'], 'x')).items).toMatchObject([{ outcome: 'not-sent', detail: 'The letter is not in the store any more.' }]);
  });

  it('[I9] an outage of the broker is shown, and reading goes on behind it', async () => {
    const engine = createInProcessEngine();
    const shop = wire(engine);
    const world = await aWorld(engine);
    await until('both listen', async () => (await world.web.ask('tap-cards', {})).taps.every(({ status }) => status === 'live'));
    engine.setDown('pulled the plug');
    await until('the cards say so', async () => (await world.web.ask('tap-cards', {})).taps.every(({ problem }) => problem !== null));
    engine.setDown(null);
    await until('both listen again', async () => (await world.web.ask('tap-cards', {})).taps.every(({ status }) => status === 'live'));
    await shop.publish(placed('o-2'));
    await until('it is stored', () => world.store.events.some(({ messageId }) => messageId === 'm-o-2'));
  });
});
