import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { toExchange, toTopic } from '../channels';
import type { Database } from '../db/database';
import { Lease } from '../db/lease';
import { scratchDatabase } from '../db/scratch-database.fixture';
import type { OutgoingEvent } from '../events';
import { Outbox, OutboxFull } from './outbox';
import { OutboxRelay } from './outbox-relay';

const event = (id: string, key: string, more: Partial<OutgoingEvent> = {}): OutgoingEvent => ({
  id,
  type: 'order.placed',
  version: '1.0.0',
  source: 'test',
  at: 1,
  key,
  channels: [toTopic('order-events')],
  data: {},
  correlationId: key,
  causationId: null,
  traceparent: null,
  ...more,
});

/** A publisher that writes down what it was given; it can be away, and can fail once for an id. */
function fakePublisher() {
  const sent: string[] = [];
  const failOnce = new Set<string>();
  const publisher = {
    away: false,
    ready: () => !publisher.away,
    publish: async ({ id }: OutgoingEvent) => {
      await Promise.resolve();
      if (failOnce.delete(id)) throw new Error('connection lost');
      sent.push(id);
      return 'confirmed' as const;
    },
    publishTogether: async (_: string, events: readonly OutgoingEvent[]) => void sent.push(events.map(({ id }) => id).join('+')),
  };
  return { publisher, sent, failOnce };
}

function relayOf(database: Database, parts: ReturnType<typeof fakePublisher>, holder = 'one') {
  const outbox = new Outbox(database);
  const lease = new Lease(database, 'relay', holder, 60_000, Date.now);
  const relay = new OutboxRelay({ outbox, publisher: parts.publisher, lease, log: { warn: () => {} }, time: () => 5 });
  onTestFinished(() => relay.crash());
  return {
    outbox,
    relay,
    add: (...events: readonly OutgoingEvent[]) => database.transaction((tx) => events.forEach((one) => outbox.add(tx, one))),
  };
}

const PATIENCE = { timeout: 30_000 };

describe('the outbox', () => {
  it('[SS8] takes no more than its limit, and no waiting event twice', () => {
    const database = scratchDatabase()();
    const outbox = new Outbox(database, 2);
    outbox.add(database, event('1', 'a'));
    outbox.add(database, event('1', 'a'));
    outbox.add(database, event('2', 'a', { channels: [toExchange('ecommerce.events')] }));
    expect(() => outbox.add(database, event('3', 'a'))).toThrow(OutboxFull);
    expect(outbox.pending()).toBe(2);
  });

  it('[SS9] keeps the order of a key although a publish failed, while other keys go on', async () => {
    const fake = fakePublisher();
    const { relay, add, outbox } = relayOf(scratchDatabase()(), fake);
    fake.failOnce.add('a2');
    add(event('a1', 'a'), event('a2', 'a'), event('b1', 'b'), event('a3', 'a'));
    relay.start();
    await vi.waitFor(() => expect(outbox.pending()).toBe(0), PATIENCE);
    expect(fake.sent.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(fake.sent.indexOf('b1')).toBeLessThan(fake.sent.indexOf('a3'));
  });

  it('[SS9] waits while the broker is away, and publishes after it', async () => {
    const fake = fakePublisher();
    const { relay, add, outbox } = relayOf(scratchDatabase()(), fake);
    fake.publisher.away = true;
    add(event('1', 'a'));
    relay.start();
    relay.poke();
    await new Promise((resolve) => setImmediate(resolve));
    expect([fake.sent, outbox.pending()]).toEqual([[], 1]);
    fake.publisher.away = false;
    await vi.waitFor(() => expect(fake.sent).toEqual(['1']), PATIENCE);
  });

  it('[SS9] publishes a batch in one transaction', async () => {
    const fake = fakePublisher();
    const { relay, add } = relayOf(scratchDatabase()(), fake);
    const transfer = (batch: string) => ({ channels: [toTopic('payment-ledger')], transaction: { id: 'ledger', batch } });
    add(event('1', 'x', transfer('t1')), event('2', 'y', transfer('t1')), event('3', 'x', transfer('t2')), event('4', 'y', transfer('t2')));
    relay.start();
    await vi.waitFor(() => expect(fake.sent).toEqual(['1+2', '3+4']), PATIENCE);
  });

  it('[SS9] never takes a batch apart, however much waits', async () => {
    const fake = fakePublisher();
    const { relay, add, outbox } = relayOf(scratchDatabase()(), fake);
    const sides = Array.from({ length: 601 }, (_, n) => {
      const transfer = { channels: [toTopic('payment-ledger')], transaction: { id: 'ledger', batch: `t${n}` } };
      return [event(`${n}a`, 'x', transfer), event(`${n}b`, 'y', transfer)];
    });
    add(event('alone', 'x', { channels: [toTopic('payment-ledger')] }), ...sides.flat());
    relay.start();
    await vi.waitFor(() => expect(outbox.pending()).toBe(0), PATIENCE);
    expect(fake.sent.filter((id) => id !== 'alone')).toEqual(sides.map(([one, other]) => `${one!.id}+${other!.id}`));
  });

  it('[SM24] [SS9] a stop does not wait for a broker that takes nothing; what it did not take is there for the next', async () => {
    const database = scratchDatabase()();
    const fake = fakePublisher();
    const outbox = new Outbox(database);
    const publisher = { ...fake.publisher, publish: () => new Promise<never>(() => {}) };
    const lease = new Lease(database, 'relay', 'one', 60_000, Date.now);
    const relay = new OutboxRelay({ outbox, publisher, lease, log: { warn: () => {} }, time: () => 5, drainMs: 5 });
    outbox.add(database, event('1', 'a'));
    relay.start();
    await relay.stop();
    const next = relayOf(database, fake, 'two');
    next.relay.start();
    await vi.waitFor(() => expect([fake.sent, outbox.pending()]).toEqual([['1'], 0]), PATIENCE);
  });

  it('[SM24] a stop does not wait for what a broker had when it went away', async () => {
    const database = scratchDatabase()();
    const outbox = new Outbox(database);
    let given = 0;
    const publisher = {
      ready: () => given === 0,
      publish: () => ((given += 1), new Promise<never>(() => {})),
      publishTogether: () => new Promise<never>(() => {}),
    };
    const lease = new Lease(database, 'relay', 'one', 60_000, Date.now);
    const relay = new OutboxRelay({ outbox, publisher, lease, log: { warn: () => {} }, time: () => 5, drainMs: 600_000 });
    outbox.add(database, event('1', 'a'));
    relay.start();
    await vi.waitFor(() => expect(given).toBe(1), PATIENCE);
    await relay.stop();
    expect(outbox.pending()).toBe(1);
  });

  it('[SS9] survives a crash: what was not removed is published by the next one, with the same id', async () => {
    const open = scratchDatabase();
    const fake = fakePublisher();
    const first = relayOf(open(), fake);
    first.add(event('1', 'a'), event('2', 'a'));
    first.relay.crash();
    const second = relayOf(open(), fake);
    second.relay.start();
    await vi.waitFor(() => expect(second.outbox.pending()).toBe(0), PATIENCE);
    expect(fake.sent).toEqual(['1', '2']);
  });

  it('[SS9] is relayed by one of two instances', async () => {
    const open = scratchDatabase();
    const [mine, theirs] = [fakePublisher(), fakePublisher()];
    const first = relayOf(open(), mine, 'one');
    const second = relayOf(open(), theirs, 'two');
    first.relay.start();
    second.relay.start();
    second.add(event('1', 'a'), event('2', 'b'));
    await vi.waitFor(() => expect(mine.sent).toHaveLength(2), PATIENCE);
    expect(theirs.sent).toEqual([]);
    await first.relay.stop();
    second.add(event('3', 'a'));
    await vi.waitFor(() => expect(theirs.sent).toEqual(['3']), PATIENCE);
  });
});
