import { describe, expect, it } from 'vitest';
import { amqpHeader, amqpProperty, decodeAmqpValue } from '@/lib/events/amqp-values';
import type { EventHeader } from '@/lib/events/observed-event';
import { createManualClock } from './clock';
import type { InProcessClient, OutgoingPublish } from './client';
import { createInProcessEngine, type EngineOptions } from './engine';
import { type EngineMessage, propertyOf } from './message';
import type { Delivery, QueueOptions } from './queue';

const bytes = (value: string) => new TextEncoder().encode(value);
const textOf = (value: Uint8Array) => new TextDecoder().decode(value);
/** Deliveries come in a later turn of the event loop; after a few turns of rest they are there. */
const rest = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
};

function aWorld(options: EngineOptions = {}) {
  const clock = createManualClock(1_700_000_000_000);
  const engine = createInProcessEngine({ clock, ...options });
  const client = engine.client('orders/1');
  client.declareExchange('events', { type: 'topic' });
  const publish = (routingKey: string, more: Partial<OutgoingPublish> = {}) =>
    client.publish({ exchange: 'events', routingKey, headers: [], body: bytes(routingKey), mandatory: true, ...more });
  const queue = (name: string, more: QueueOptions = {}, key = '#') => {
    client.declareQueue(name, more);
    client.bindQueue(name, 'events', key);
  };
  /** A dead-letter exchange with one queue. */
  const graveyard = () => {
    client.declareExchange('dlx', { type: 'fanout' });
    client.declareQueue('dead');
    client.bindQueue('dead', 'dlx', '');
  };
  return { clock, engine, client, publish, queue, graveyard };
}

const all = (client: InProcessClient, queue: string): EngineMessage[] => {
  const messages: EngineMessage[] = [];
  for (let message = client.get(queue); message !== null; message = client.get(queue)) messages.push(message);
  return messages;
};
const bodies = (messages: readonly EngineMessage[]) => messages.map(({ body }) => textOf(body));
const valueOf = (headers: readonly EventHeader[], name: string): unknown => {
  const header = headers.find((one) => one.name === name);
  return header === undefined ? undefined : decodeAmqpValue(header.wire, header.value);
};

describe('exchanges', () => {
  it('[E1] each type routes as RabbitMQ does, and a queue gets a message once', async () => {
    const { client, publish, queue } = aWorld();
    queue('all', {}, '#');
    queue('orders', {}, 'order.*');
    client.bindQueue('orders', 'events', 'order.placed');
    client.declareExchange('direct', { type: 'direct' });
    client.declareExchange('headers', { type: 'headers' });
    client.bindQueue('orders', 'direct', 'x');
    client.bindQueue('orders', 'headers', '', { 'x-match': 'all', channel: 'email' });
    client.bindExchange('events', 'direct', 'y');
    expect(await publish('order.placed')).toBe('confirmed');
    expect(await publish('payment.done')).toBe('confirmed');
    expect(await publish('x', { exchange: 'direct' })).toBe('confirmed');
    expect(await publish('y', { exchange: 'direct' })).toBe('confirmed');
    expect(await publish('z', { exchange: 'direct' })).toBe('returned');
    expect(await publish('', { exchange: 'headers', headers: [amqpHeader('channel', 'email')], body: bytes('mail') })).toBe('confirmed');
    expect(await publish('', { exchange: 'headers', headers: [amqpHeader('channel', 'sms')] })).toBe('returned');
    expect(bodies(all(client, 'orders'))).toEqual(['order.placed', 'x', 'mail']);
    expect(bodies(all(client, 'all'))).toEqual(['order.placed', 'payment.done', 'y']);
  });

  it('[E2] mandatory is returned, an alternate exchange takes what nobody wants, a missing exchange is an error', async () => {
    const { client, publish, queue } = aWorld();
    queue('orders', {}, 'order.*');
    expect(await publish('nobody')).toBe('returned');
    expect(await publish('nobody', { mandatory: false })).toBe('confirmed');
    client.declareExchange('lost', { type: 'fanout' });
    client.declareQueue('lost');
    client.bindQueue('lost', 'lost', '');
    client.declareExchange('commands', { type: 'direct', alternate: 'lost' });
    expect(await publish('nobody', { exchange: 'commands' })).toBe('confirmed');
    expect(bodies(all(client, 'lost'))).toEqual(['nobody']);
    await expect(publish('x', { exchange: 'missing' })).rejects.toMatchObject({ code: 'engine-not-found' });
  });

  it('[E3] a queue declared again with other arguments is refused', () => {
    const { client } = aWorld();
    client.declareQueue('q', { maxLength: 5 });
    expect(client.declareQueue('q', { maxLength: 5 })).toBe('q');
    expect(() => client.declareQueue('q', {})).toThrow(expect.objectContaining({ code: 'engine-precondition-failed' }));
  });
});

describe('queues', () => {
  it('[E4] prefetch bounds what is under way; acknowledged messages are gone, the others come back in their place, marked', async () => {
    const { engine, client, publish, queue } = aWorld();
    queue('q');
    for (const key of ['a', 'b', 'c', 'd']) await publish(key);
    const first = engine.client('reader/1');
    const got: Delivery[] = [];
    first.consume('q', { prefetch: 2 }, (delivery) => got.push(delivery));
    await rest();
    expect(got.map(({ message }) => textOf(message.body))).toEqual(['a', 'b']);
    got[0]!.ack();
    got[0]!.ack();
    await rest();
    expect(client.queueCounts('q')).toMatchObject({ ready: 1, unacked: 2, acked: 1, delivered: 3 });
    first.crash();
    expect(client.queueCounts('q')).toMatchObject({ ready: 3, unacked: 0, consumers: 0 });
    const again: Delivery[] = [];
    engine.client('reader/2').consume('q', {}, (delivery) => again.push(delivery));
    await rest();
    expect(again.map(({ message, redelivered }) => [textOf(message.body), redelivered])).toEqual([
      ['b', true],
      ['c', true],
      ['d', false],
    ]);
    got[1]!.ack();
    expect(client.queueCounts('q').acked).toBe(1);
  });

  it('[E5] consumers share a queue in turn; with a single active consumer the second waits', async () => {
    const { engine, publish, queue } = aWorld();
    queue('shared');
    queue('single', { singleActiveConsumer: true });
    const counts: Record<string, number> = {};
    for (const name of ['one', 'two']) {
      for (const from of ['shared', 'single']) {
        engine.client(name).consume(from, { prefetch: 1 }, (delivery) => {
          counts[`${from} ${name}`] = (counts[`${from} ${name}`] ?? 0) + 1;
          delivery.ack();
        });
      }
    }
    for (let n = 0; n < 10; n++) await publish('x');
    await rest();
    await rest();
    expect(counts).toEqual({ 'shared one': 5, 'shared two': 5, 'single one': 10 });
  });

  it('[E6] a rejected message dies with its account: x-death counts, its first death stays', async () => {
    const { client, engine, publish, queue, graveyard } = aWorld();
    graveyard();
    queue('q', { deadLetterExchange: 'dlx', deadLetterRoutingKey: 'q' }, 'order.#');
    const consumer = engine.client('reader');
    consumer.consume('q', {}, (delivery) => delivery.nack(false));
    await publish('order.placed', { headers: [amqpProperty('message-id', 'm-1'), amqpHeader('event-id', 'e-1')] });
    await rest();
    const [letter] = all(client, 'dead');
    expect([letter?.exchange, letter?.routingKey]).toEqual(['dlx', 'q']);
    expect(propertyOf(letter!.headers, 'message-id')).toBe('m-1');
    expect(valueOf(letter!.headers, 'x-death')).toEqual([
      { count: 1, reason: 'rejected', queue: 'q', time: 1_700_000_000, exchange: 'events', 'routing-keys': ['order.placed'] },
    ]);
    expect(valueOf(letter!.headers, 'x-first-death-queue')).toBe('q');
    await publish('order.placed', { headers: letter!.headers });
    await rest();
    const [twice] = all(client, 'dead');
    expect((valueOf(twice!.headers, 'x-death') as { count: number }[]).map(({ count }) => count)).toEqual([2]);
  });

  it('[E7] time to live of queue and message; an expired message leaves its expiration behind; a ladder ends where it began', async () => {
    const { client, clock, publish, queue, graveyard } = aWorld();
    graveyard();
    queue('slow', { messageTtlMs: 1000, deadLetterExchange: 'dlx' }, 'slow');
    await publish('slow');
    await publish('slow', { headers: [amqpProperty('expiration', '1500')], body: bytes('later') });
    clock.advance(999);
    expect(client.queueCounts('slow').ready).toBe(2);
    clock.advance(1);
    const letters = all(client, 'dead');
    expect(bodies(letters)).toEqual(['slow', 'later']);
    expect(propertyOf(letters[1]!.headers, 'expiration')).toBeNull();
    expect(valueOf(letters[1]!.headers, 'x-death')).toMatchObject([{ reason: 'expired', 'original-expiration': '1500' }]);

    client.declareExchange('back', { type: 'direct' });
    client.declareQueue('wait', { messageTtlMs: 500, deadLetterExchange: 'back', deadLetterRoutingKey: 'work' });
    client.declareQueue('work');
    client.bindQueue('work', 'back', 'work');
    await client.publish({ exchange: '', routingKey: 'wait', headers: [], body: bytes('retry') });
    clock.advance(500);
    expect(bodies(all(client, 'work'))).toEqual(['retry']);
  });

  it('[E8] letters that would go round for ever without a rejection are dropped', async () => {
    const { client, clock } = aWorld();
    client.declareQueue('a', { messageTtlMs: 10, deadLetterExchange: '', deadLetterRoutingKey: 'b' });
    client.declareQueue('b', { messageTtlMs: 10, deadLetterExchange: '', deadLetterRoutingKey: 'a' });
    await client.publish({ exchange: '', routingKey: 'a', headers: [], body: bytes('x') });
    clock.advance(10);
    expect(client.queueCounts('b').ready).toBe(1);
    clock.advance(1000);
    expect([client.queueCounts('a').ready, client.queueCounts('b').ready]).toEqual([0, 0]);
  });

  it('[E9] a full queue drops its oldest as maxlen, or refuses the publisher', async () => {
    const { client, publish, queue, graveyard } = aWorld();
    graveyard();
    queue('newest', { maxLength: 2, deadLetterExchange: 'dlx' }, 'n');
    queue('oldest', { maxLength: 2, overflow: 'reject-publish' }, 'o');
    for (const body of ['1', '2', '3']) await publish('n', { body: bytes(body) });
    expect(bodies(all(client, 'newest'))).toEqual(['2', '3']);
    const [letter] = all(client, 'dead');
    expect(valueOf(letter!.headers, 'x-death')).toMatchObject([{ reason: 'maxlen', queue: 'newest' }]);
    expect(await Promise.all(['1', '2', '3'].map((body) => publish('o', { body: bytes(body) })))).toEqual([
      'confirmed',
      'confirmed',
      'refused',
    ]);
    expect(bodies(all(client, 'oldest'))).toEqual(['1', '2']);
  });

  it('[E10] higher priority first, in order within one; a requeued message takes its old place', async () => {
    const { engine, publish, queue } = aWorld();
    queue('q', { maxPriority: 10 });
    for (const [body, priority] of [
      ['a', 1],
      ['b', 9],
      ['c', 1],
      ['d', 99],
    ] as const)
      await publish('k', { body: bytes(body), headers: [amqpProperty('priority', String(priority))] });
    const seen: string[] = [];
    const requeued = new Set<string>();
    engine.client('reader').consume('q', { prefetch: 1 }, (delivery) => {
      const body = textOf(delivery.message.body);
      seen.push(body);
      if (requeued.has(body)) return delivery.ack();
      requeued.add(body);
      delivery.nack(true);
    });
    await rest();
    await rest();
    expect(seen).toEqual(['d', 'd', 'b', 'b', 'a', 'a', 'c', 'c']);
  });

  it('[E11] a quorum queue counts deliveries and gives up at its limit', async () => {
    const { client, engine, publish, queue, graveyard } = aWorld();
    graveyard();
    queue('q', { kind: 'quorum', deliveryLimit: 2, deadLetterExchange: 'dlx' }, 'k');
    const counts: unknown[] = [];
    engine.client('reader').consume('q', { prefetch: 1 }, (delivery) => {
      counts.push(valueOf(delivery.message.headers, 'x-delivery-count'));
      delivery.nack(true);
    });
    await publish('k');
    await rest();
    expect(counts).toEqual([undefined, 1, 2]);
    expect(valueOf(all(client, 'dead')[0]!.headers, 'x-death')).toMatchObject([{ reason: 'delivery_limit' }]);
  });

  it('[E12] exclusive queues go with their client, auto-delete ones with their last consumer', async () => {
    const { engine, client } = aWorld();
    const owner = engine.client('gateway/1');
    const own = owner.declareQueue('', { exclusive: true });
    client.declareQueue('temporary', { autoDelete: true });
    const reader = owner.consume('temporary', {}, () => undefined);
    reader.cancel();
    expect(() => client.queueCounts('temporary')).toThrow('no queue');
    owner.close();
    expect(() => client.queueCounts(own)).toThrow('no queue');
    await expect(owner.publish({ exchange: '', routingKey: own, headers: [], body: bytes('x') })).rejects.toMatchObject({
      code: 'engine-closed',
    });
  });

  it('[E13] beyond its budget of bytes the engine refuses instead of growing, and takes again when there is room', async () => {
    const { client, publish, queue } = aWorld({ maxQueuedBytes: 5000 });
    queue('q');
    const body = new Uint8Array(2000);
    expect(await publish('k', { body })).toBe('confirmed');
    expect(await publish('k', { body })).toBe('confirmed');
    expect(await publish('k', { body })).toBe('refused');
    client.get('q');
    expect(await publish('k', { body })).toBe('confirmed');
  });
});

describe('topics and groups', () => {
  const record = (topic: string, key: string, body: string) => ({ topic, key: bytes(key), headers: [], body: bytes(body) });

  it('[E14] a key goes where Kafka puts it, and keeps its order there', async () => {
    const { client } = aWorld();
    client.declareTopic('orders', { partitions: 6 });
    // Known answers of Kafka's own default partitioner (murmur2) for six partitions.
    const places = await client.produce(
      ['21', 'foobar', 'a-little-bit-long-string', 'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'].map((key) =>
        record('orders', key, key),
      ),
    );
    expect(places.map(({ partition }) => partition)).toEqual(
      [-973932308, -790332482, -985981536, -58897971].map((hash) => (hash & 0x7fffffff) % 6),
    );
    expect((await client.produce([record('orders', '21', 'next')]))[0]).toEqual({
      partition: places[0]!.partition,
      offset: places.filter(({ partition }) => partition === places[0]!.partition).length,
    });
  });

  it('[E15] members share partitions; who leaves or crashes gives them away, and only what was committed is not read again', async () => {
    const { engine, client, clock } = aWorld({ sessionTimeoutMs: 1000 });
    client.declareTopic('orders', { partitions: 2 });
    await client.produce([0, 1].flatMap((partition) => ['a', 'b'].map((body) => ({ ...record('orders', 'k', body), partition }))));
    const options = { group: 'stock', topics: ['orders'], from: 'earliest' } as const;
    const [one, two] = [engine.client('stock/1'), engine.client('stock/2')];
    const first = one.join(options);
    expect(first.assigned()).toHaveLength(2);
    const second = two.join(options);
    expect([first.assigned(), second.assigned()]).toEqual([[{ topic: 'orders', partition: 0 }], [{ topic: 'orders', partition: 1 }]]);
    expect((await first.poll(10, 0)).map(({ offset }) => offset)).toEqual([0, 1]);
    first.commit([{ topic: 'orders', partition: 0, offset: 1 }]);
    expect(() => first.commit([{ topic: 'orders', partition: 1, offset: 1 }])).toThrow(
      expect.objectContaining({ code: 'engine-rebalanced' }),
    );
    one.crash();
    expect(second.assigned()).toHaveLength(1);
    clock.advance(1000);
    expect(second.assigned()).toHaveLength(2);
    expect((await second.poll(10, 0)).map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
  });

  it('[E16] latest begins at the assignment; a poll waits for a record, and a topic made later is joined', async () => {
    const { engine, client } = aWorld();
    client.declareTopic('orders');
    await client.produce([record('orders', 'k', 'before')]);
    const member = engine.client('audit/1').join({ group: 'audit', topics: ['orders', 'later'], from: 'latest' });
    const waiting = member.poll(10, 60_000);
    await client.produce([record('orders', 'k', 'after')]);
    expect((await waiting).map(({ body }) => textOf(body!))).toEqual(['after']);
    client.declareTopic('later');
    await client.produce([record('later', 'k', 'x')]);
    expect((await member.poll(10, 0)).map(({ topic }) => topic)).toEqual(['later']);
  });

  it('[E17] a partition keeps its newest records, and a reader that was too slow goes on at the oldest', async () => {
    const { engine, client } = aWorld({ keep: { records: 3, bytes: 1_000_000 } });
    client.declareTopic('orders');
    const member = engine.client('slow/1').join({ group: 'slow', topics: ['orders'], from: 'earliest' });
    await client.produce(Array.from({ length: 1000 }, (_, index) => record('orders', 'k', `m${index}`)));
    expect((await member.poll(10, 0)).map(({ offset }) => offset)).toEqual([997, 998, 999]);
    expect(engine.topics.partition('orders', 0)).toMatchObject({ first: 997, end: 1000 });
  });
});

describe('an outage', () => {
  it('[E18] refuses clients with the reason until it ends', async () => {
    const { engine, publish, queue } = aWorld();
    queue('q');
    engine.setDown('played');
    await expect(publish('k')).rejects.toMatchObject({ code: 'engine-down', message: 'played' });
    engine.setDown(null);
    expect(await publish('k')).toBe('confirmed');
  });
});

describe('transactions and compaction', () => {
  const record = (topic: string, key: string, body: string) => ({ topic, key: bytes(key), headers: [], body: bytes(body) });
  const texts = (records: readonly { readonly body: Uint8Array | null }[]) => records.map(({ body }) => textOf(body!));

  it('[E19] all or nothing for who reads committed, with the offsets; all for who reads uncommitted', async () => {
    const { engine, client, clock } = aWorld();
    client.declareTopic('ledger');
    const [careful, eager] = (['read_committed', 'read_uncommitted'] as const).map((isolation) =>
      engine.client(isolation).join({ group: isolation, topics: ['ledger'], from: 'earliest', isolation }),
    );
    const open = client.begin('transfer-1');
    open.append([record('ledger', 'a', '-5'), record('ledger', 'b', '+5')]);
    open.sendOffsets('transfers', [{ topic: 'orders', partition: 0, offset: 7 }]);
    await client.produce([record('ledger', 'c', 'beside')]);
    const waiting = careful!.poll(10, 100);
    await rest();
    clock.advance(100);
    expect(texts(await waiting)).toEqual([]);
    expect(texts(await eager!.poll(10, 0))).toEqual(['-5', '+5', 'beside']);
    expect(client.committed('transfers', { topic: 'orders', partition: 0 })).toBeNull();
    open.end('committed');
    expect(texts(await careful!.poll(10, 0))).toEqual(['-5', '+5', 'beside']);
    expect(client.committed('transfers', { topic: 'orders', partition: 0 })).toBe(7);
    const failed = client.begin('transfer-1');
    failed.append([record('ledger', 'a', 'never')]);
    failed.end('aborted');
    await client.produce([record('ledger', 'a', 'end')]);
    expect((await careful!.poll(10, 0)).map(({ offset, body }) => [offset, textOf(body!)])).toEqual([[6, 'end']]);
    expect(texts(await eager!.poll(10, 0))).toEqual(['never', 'end']);
  });

  it('[E20] the same id again fences; a transaction that stays open is rolled back', async () => {
    const { engine, client, clock } = aWorld({ transactionTimeoutMs: 1000 });
    client.declareTopic('ledger');
    const first = client.begin('transfer-1');
    first.append([record('ledger', 'a', 'lost')]);
    const second = engine.client('payment/2').begin('transfer-1');
    expect(() => first.append([record('ledger', 'a', 'late')])).toThrow(expect.objectContaining({ code: 'engine-fenced' }));
    second.append([record('ledger', 'a', 'also lost')]);
    clock.advance(1000);
    expect(() => second.end('committed')).toThrow(expect.objectContaining({ code: 'engine-fenced' }));
    await client.produce([record('ledger', 'a', 'end')]);
    const reader = client.join({ group: 'r', topics: ['ledger'], from: 'earliest', isolation: 'read_committed' });
    expect(texts(await reader.poll(10, 0))).toEqual(['end']);
  });

  it('[E21] compaction leaves the newest of each key', async () => {
    const { engine, client } = aWorld();
    client.declareTopic('summary', { compact: true });
    await client.produce([
      record('summary', 'a', '1'),
      record('summary', 'b', '1'),
      record('summary', 'a', '2'),
      record('summary', 'a', '3'),
    ]);
    expect(engine.topics.compact('summary')).toBe(2);
    const reader = client.join({ group: 'r', topics: ['summary'], from: 'earliest' });
    expect((await reader.poll(10, 0)).map(({ offset, body }) => [offset, textOf(body!)])).toEqual([
      [1, '1'],
      [3, '3'],
    ]);
  });
});

describe('what real brokers do in trouble', () => {
  it('[E22] at-least-once: a dead letter waits for room; else it is dropped', async () => {
    const { clock, client, publish } = aWorld();
    client.declareExchange('dlx', { type: 'fanout' });
    client.declareQueue('dead', { maxLength: 1, overflow: 'reject-publish' });
    client.bindQueue('dead', 'dlx', '');
    const dies = { messageTtlMs: 10, deadLetterExchange: 'dlx' } as const;
    client.declareQueue('careful', { ...dies, kind: 'quorum', deadLetterStrategy: 'at-least-once' });
    client.bindQueue('careful', 'events', '#');
    for (const key of ['one', 'two', 'three']) await publish(key);
    clock.advance(10);
    expect(client.queueCounts('careful').ready).toBe(2);
    expect(bodies(all(client, 'dead'))).toEqual(['one']);
    clock.advance(100);
    expect(bodies(all(client, 'dead'))).toEqual(['two']);
    clock.advance(100);
    expect(bodies(all(client, 'dead'))).toEqual(['three']);
    expect(client.queueCounts('careful').ready).toBe(0);
  });

  it('[E23] a retired consumer gets no more and may still answer', async () => {
    const { engine, client, publish, queue } = aWorld();
    queue('q');
    const given: Delivery[] = [];
    const worker = engine.client('worker/1');
    const consumer = worker.consume('q', { prefetch: 2 }, (delivery) => void given.push(delivery));
    for (const key of ['a', 'b', 'c']) await publish(key);
    await rest();
    consumer.retire();
    given[0]!.ack();
    await rest();
    expect(given).toHaveLength(2);
    expect(client.queueCounts('q')).toMatchObject({ ready: 1, unacked: 1, consumers: 0, acked: 1 });
    worker.close();
    expect(bodies(all(client, 'q'))).toEqual(['b', 'c']);
  });

  it('[E24] a stopped broker ends its connections and keeps what is durable; the other side goes on', async () => {
    const { engine, client, publish } = aWorld();
    client.declareExchange('lasting', { type: 'fanout', durable: true });
    client.declareQueue('durable', { durable: true });
    client.declareQueue('brief');
    for (const name of ['durable', 'brief']) client.bindQueue(name, 'lasting', '');
    client.declareTopic('orders');
    const told: unknown[] = [];
    client.onLink((side, up) => told.push([side, up]));
    const given: Delivery[] = [];
    const consumer = client.consume('durable', { prefetch: 1 }, (delivery) => void given.push(delivery));
    await publish('kept', { exchange: 'lasting', headers: [amqpProperty('delivery-mode', '2')] });
    await publish('lost', { exchange: 'lasting' });
    await rest();
    engine.stopBroker('queues', 'restarting');
    given[0]!.ack();
    await expect(publish('k')).rejects.toMatchObject({ code: 'engine-down', message: 'restarting' });
    await expect(client.produce([{ topic: 'orders', key: null, headers: [], body: null }])).resolves.toHaveLength(1);
    engine.startBroker('queues');
    expect(consumer.tag).not.toBe('');
    expect(told).toEqual([
      ['queues', false],
      ['queues', true],
    ]);
    expect(bodies(all(client, 'durable'))).toEqual(['kept']);
    expect(() => client.queueCounts('brief')).toThrow(expect.objectContaining({ code: 'engine-not-found' }));
    const member = client.join({ group: 'g', topics: ['orders'], from: 'earliest' });
    const open = client.begin('t');
    open.append([{ topic: 'orders', key: null, headers: [], body: bytes('open') }]);
    engine.stopBroker('logs', 'restarting');
    expect(await member.poll(1, 0)).toEqual([]);
    engine.startBroker('logs');
    expect(() => open.end('committed')).toThrow(expect.objectContaining({ code: 'engine-fenced' }));
  });
});
