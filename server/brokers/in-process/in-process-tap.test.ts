import { afterEach, describe, expect, it } from 'vitest';
import type { Tap, TapBatch, TapOptions } from '../broker';
import { createManualClock } from './clock';
import { type EngineOptions, createInProcessEngine } from './engine';
import { openInProcessBroker } from './in-process-broker';

const bytes = (value: string) => new TextEncoder().encode(value);
const bodiesOf = (batch: TapBatch | null) => batch?.records.map(({ body }) => new TextDecoder().decode(body ?? new Uint8Array(0)));
const limit = { records: 100, bytes: 1_000_000 };

const opened: Tap[] = [];
afterEach(() => Promise.all(opened.splice(0).map((tap) => tap.close())));

function aWorld(options: EngineOptions = {}) {
  const engine = createInProcessEngine({ clock: createManualClock(1_700_000_000_000), ...options });
  const client = engine.client('orders/1');
  client.declareTopic('orders');
  client.declareExchange('events', { type: 'topic' });
  client.declareQueue('q', { maxLength: 1000 });
  client.bindQueue('q', 'events', '#');
  return {
    engine,
    client,
    kafka: openInProcessBroker(engine, { name: 'shop-kafka', system: 'kafka' }),
    rabbit: openInProcessBroker(engine, { name: 'shop-rabbit', system: 'rabbitmq' }),
    produce: (...bodies: string[]) =>
      client.produce(bodies.map((body) => ({ topic: 'orders', key: null, headers: [], body: bytes(body) }))),
    publish: async (...bodies: string[]) => {
      for (const body of bodies) await client.publish({ exchange: 'events', routingKey: 'order.placed', headers: [], body: bytes(body) });
    },
  };
}

const tapOptions = (more: Partial<TapOptions> = {}): TapOptions => ({
  tap: 'tap',
  epoch: 1,
  include: ['*'],
  exclude: [],
  resume: { batch: 0, batchSize: 0, offsets: new Map() },
  maxBodyBytes: 1_000_000,
  maxBufferedBytes: 1_000_000,
  startAt: 'beginning',
  discoverEveryMs: 1000,
  ...more,
});

async function open(broker: ReturnType<typeof openInProcessBroker>, more: Partial<TapOptions> = {}): Promise<Tap> {
  const tap = await broker.openTap(tapOptions(more));
  opened.push(tap);
  return tap;
}

const offsets = (next: number) => ({ batch: 3, batchSize: 1, offsets: new Map([['orders', new Map([[0, next]])]]) });

describe('a tap of topics', () => {
  it('[I1] begins now or at the beginning, and continues the numbers of the store', async () => {
    const { kafka, produce } = aWorld();
    await produce('old');
    const fromNow = await open(kafka, { startAt: 'now', tap: 'now' });
    await produce('new');
    expect(bodiesOf(await fromNow.next(limit))).toEqual(['new']);
    const resumed = await open(kafka, { resume: offsets(1) });
    const batch = await resumed.next(limit);
    expect([batch?.number, bodiesOf(batch)]).toEqual([4, ['new']]);
    expect(batch?.offsets.get('orders')?.get(0)).toBe(2);
  });

  it('[I2] what retention took before it was read is a gap with its exact count', async () => {
    const { kafka, produce } = aWorld({ keep: { records: 2, bytes: 1_000_000 } });
    const tap = await open(kafka, { resume: offsets(0) });
    await produce('a', 'b', 'c', 'd', 'e');
    const batch = await tap.next(limit);
    expect(bodiesOf(batch)).toEqual(['d', 'e']);
    expect(batch?.gaps).toMatchObject([
      { channel: 'orders', partition: 0, fromOffset: 0, toOffset: 2, count: 3, reason: 'lost-to-retention' },
    ]);
  });

  it('[I3] an offset beyond the end belongs to another log: it is read from its beginning, and the doubt is said', async () => {
    const { kafka, produce } = aWorld();
    await produce('a');
    const tap = await open(kafka, { resume: offsets(900) });
    const batch = await tap.next(limit);
    expect(bodiesOf(batch)).toEqual(['a']);
    expect(batch?.gaps).toMatchObject([{ channel: 'orders', reason: 'uncertain', count: null }]);
  });

  it('[I4] an engine with a first offset never gives an offset of its last life again, and that is no loss', async () => {
    const { kafka, produce } = aWorld({ firstOffset: 1000 });
    await produce('a');
    const tap = await open(kafka, { resume: offsets(7) });
    const batch = await tap.next(limit);
    expect(batch?.records[0]?.offset).toBe(1000);
    expect(batch?.gaps).toEqual([]);
  });
});

describe('a tap of exchanges', () => {
  it('[I5] what the bounded journal forgot before it was read is a counted gap', async () => {
    const { rabbit, publish, client } = aWorld({ journal: { records: 3, bytes: 1_000_000 } });
    client.declareExchange('others', { type: 'fanout' });
    client.bindQueue('q', 'others', '');
    const tap = await open(rabbit, { include: ['events'] });
    await publish('a', 'b');
    await client.publish({ exchange: 'others', routingKey: '', headers: [], body: bytes('not ours') });
    await publish('c', 'd', 'e');
    const batch = await tap.next(limit);
    expect(bodiesOf(batch)).toEqual(['c', 'd', 'e']);
    expect(batch?.gaps).toMatchObject([{ reason: 'dropped-by-cap', count: 2 }]);
  });

  it('[I6] an engine that is new to the tap is read from its beginning, under the next number', async () => {
    const { rabbit, publish } = aWorld();
    await publish('a');
    const tap = await open(rabbit, { startAt: 'now', resume: { batch: 41, batchSize: 3, offsets: new Map() } });
    const batch = await tap.next(limit);
    expect([batch?.number, bodiesOf(batch), batch?.gaps]).toEqual([42, ['a'], []]);
  });

  it('[I7] opening a tap again closes the reader before it', async () => {
    const { rabbit } = aWorld();
    const first = await open(rabbit);
    const waiting = first.next(limit);
    await open(rabbit, { epoch: 2 });
    expect(await waiting).toBeNull();
    expect(first.state().status).toBe('closed');
  });

  it('[I8] what went straight to a queue is counted and not read', async () => {
    const { rabbit, publish, client } = aWorld();
    const tap = await open(rabbit);
    await client.publish({ exchange: '', routingKey: 'q', headers: [], body: bytes('straight') });
    await publish('seen');
    expect(bodiesOf(await tap.next(limit))).toEqual(['seen']);
    const samples = await rabbit.sample({ watched: new Set() });
    expect(samples.channels).toEqual([
      { channel: 'events', publishedTotal: 1, endOffset: null },
      { channel: '', publishedTotal: 1, endOffset: null },
    ]);
    expect(samples.queues).toMatchObject([{ inbox: 'q', ready: 2, unacked: 0, consumers: 0, published: 2, by: 'engine' }]);
  });
});

describe('an outage that is played', () => {
  it('[I9] the tap says what is wrong and what to do, tells its listeners, and reads on when it is over', async () => {
    const { engine, rabbit, publish } = aWorld();
    const tap = await open(rabbit);
    const seen: string[] = [];
    tap.onState(({ status }) => seen.push(status));
    await publish('a');
    engine.setDown('the cable is out');
    const waiting = tap.next(limit);
    expect(tap.state()).toMatchObject({ status: 'retrying', problem: { code: 'broker-unreachable' } });
    await expect(rabbit.describe()).rejects.toMatchObject({ code: 'broker-unreachable' });
    engine.setDown(null);
    expect(bodiesOf(await waiting)).toEqual(['a']);
    expect(tap.state().problem).toBeNull();
    expect(seen).toEqual(['retrying', 'live']);
  });
});
