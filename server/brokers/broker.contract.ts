import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Broker, BrokerException, QueueSample, Tap } from './broker';
import { ContractStore, anyAmount, lagOf, listens, nextOf, readOn, readUntil, until, within } from './broker.contract-tools';
import { amqpHeader, amqpProperty, encodeAmqpTable } from '@/lib/events/amqp-values';
import type { BrokerSystem, ChannelName, InboxName } from '@/lib/events/names';
import type { EventHeader, RawRecord } from '@/lib/events/observed-event';
import { isAppError } from '@/lib/errors';

/**
 * The promises of the port `Broker`, numbered as in docs/spec/brokers.md, for every adapter. The suite is the applications' side and the
 * store's side of a broker: it publishes and consumes as applications do (through `ContractApplication`, which each adapter's test gives), keeps
 * batches as the store would (`ContractStore`) and crashes the tap between any two steps.
 *
 * A promise that an adapter can't keep stands in `exceptions`; its test then must fail, so that a stale excuse is found.
 */
export interface ContractWorld {
  readonly broker: Broker;
  readonly application: ContractApplication;
  /** Ends a tap as a crash would, without a goodbye; `tap.close()` when not given. */
  crash?(tap: Tap): Promise<void>;
  /** Deletes what the application made and closes broker and application. */
  close(): Promise<void>;
}

export interface ContractMessage {
  readonly channel: ChannelName;
  /** RabbitMQ; not given on Kafka. */
  readonly routingKey?: string;
  /** Kafka; not given on RabbitMQ. */
  readonly key?: Uint8Array | null;
  readonly partition?: number;
  /** In the shape of a tap's records: `kafka`, or `property` and AMQP field letters. */
  readonly headers?: readonly EventHeader[];
  readonly body: Uint8Array | null;
}

/** Applications on the broker, written with the broker's own client; they know nothing of us. */
export interface ContractApplication {
  /** A topic with so many partitions (1), or a durable topic exchange. Resolves when it can be published to. */
  makeChannel(channel: ChannelName, options?: { readonly partitions?: number; readonly alternate?: ChannelName }): Promise<void>;
  deleteChannel(channel: ChannelName): Promise<void>;
  /**
   * RabbitMQ: a durable queue of this title, bound to the channel with `routingKey` (`#`). Called again for the same title it adds the binding.
   * Kafka: a group of this title that has committed the beginning of every partition of the channel.
   */
  makeInbox(
    channel: ChannelName,
    title: string,
    options?: { readonly routingKey?: string; readonly deadLetterTo?: ChannelName },
  ): Promise<InboxName>;
  /** Publishes in order, each confirmed and mandatory; `returned` = no queue wanted it. */
  publish(messages: readonly ContractMessage[]): Promise<readonly ('accepted' | 'returned')[]>;
  /** As a fresh consumer: takes the next `count` messages, acknowledges (commits) them and goes away. Fails when they don't come. */
  consume(inbox: InboxName, count: number): Promise<readonly ContractMessage[]>;
  /** RabbitMQ: the same, but refuses them without requeue. */
  reject(inbox: InboxName, count: number): Promise<void>;
  /** A consumer that stays, of a service of this name (connection name, client id), until `detach`. It may take messages. */
  attachConsumer(inbox: InboxName, service: string): Promise<{ detach(): Promise<void> }>;
  /** Puts something into the channel that no reader can decode (a torn compressed batch); `why` where the broker has nothing of the kind. */
  readonly undecodable: ((channel: ChannelName) => Promise<void>) | { readonly why: string };
}

export interface ContractSubject {
  readonly system: BrokerSystem;
  readonly inProcess: boolean;
  /** As `broker.exceptions`, known before the broker is open. */
  readonly exceptions: readonly BrokerException[];
  open(): Promise<ContractWorld>;
}

const text = new TextEncoder();
const bytes = (value: string): Uint8Array => text.encode(value);
const textOf = (value: Uint8Array | null): string | null => (value === null ? null : new TextDecoder().decode(value));
const bodiesOf = (store: ContractStore): (string | null)[] => store.records.map(({ record }) => textOf(record.body));
const numbered = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, index) => `m${from + index}`);

export function describeBrokerContract(name: string, subject: ContractSubject): void {
  const kafka = subject.system === 'kafka';
  const excepted = new Set(subject.exceptions.map(({ promise }) => promise));
  /** `only`: a promise that has a meaning in one of both systems. */
  const promise = (id: string, says: string, check: () => Promise<void>, only?: BrokerSystem): void => {
    if (only !== undefined && only !== subject.system) return;
    const title = `[${id}] ${says}`;
    if (excepted.has(id)) it.fails(`${title} (an exception: ${subject.exceptions.find((one) => one.promise === id)?.reason})`, check);
    else it(title, check);
  };

  describe(`broker contract: ${name}`, () => {
    let world: ContractWorld;
    let broker: Broker;
    let app: ContractApplication;
    const run = Math.random().toString(36).slice(2, 8);
    let made = 0;
    const fresh = (what: string): string => `contract-${run}-${++made}.${what}`;

    beforeAll(async () => {
      world = await subject.open();
      broker = world.broker;
      app = world.application;
    });
    afterAll(async () => world?.close());

    const crash = async (tap: Tap): Promise<void> => (world.crash === undefined ? tap.close() : world.crash(tap));
    const messages = (channel: ChannelName, bodies: readonly string[]) =>
      bodies.map((body) => ({ channel, ...(kafka ? { key: bytes('k') } : { routingKey: 'order.placed' }), body: bytes(body) }));
    const publish = (channel: ChannelName, bodies: readonly string[]) => app.publish(messages(channel, bodies));

    /** A channel with an inbox, a store, and a tap that listens to it; the tap is closed at the end. */
    async function listening(
      check: (at: { channel: ChannelName; inbox: InboxName; store: ContractStore; tap: Tap; open(): Promise<Tap> }) => Promise<void>,
      options: { maxBodyBytes?: number; maxBufferedBytes?: number } = {},
    ): Promise<void> {
      const channel = fresh('orders');
      await app.makeChannel(channel);
      const inbox = await app.makeInbox(channel, `${channel}.queue`);
      const store = new ContractStore(broker, fresh('tap'));
      const taps: Tap[] = [];
      const open = async () => {
        const tap = await store.open({ include: [channel], ...options });
        taps.push(tap);
        await listens(tap, [channel]);
        return tap;
      };
      try {
        await check({ channel, inbox, store, tap: await open(), open });
      } finally {
        await Promise.all(taps.map((tap) => tap.close()));
      }
    }

    describe('reading exactly', () => {
      promise('P1', 'everything published is read once, in order, with its bytes', () =>
        listening(async ({ channel, store, tap }) => {
          await publish(channel, numbered(0, 120));
          await readUntil(tap, store, 120);
          expect(bodiesOf(store)).toEqual(numbered(0, 120));
          expect(new Set(store.records.map(({ id }) => id)).size).toBe(120);
          expect(store.records.every(({ record }) => record.channel === channel)).toBe(true);
        }),
      );

      promise('P2', 'a crash before the batch was stored: it comes again, with the same ids', () =>
        listening(async ({ channel, store, tap, open }) => {
          await publish(channel, ['m0', 'm1', 'm2']);
          const lost = await nextOf(tap, { records: 1, bytes: 1_000_000 });
          const lostId = store.idOf(lost, lost.records[0]!, 0);
          await crash(tap);
          await readUntil(await open(), store, 3);
          expect(bodiesOf(store)).toEqual(['m0', 'm1', 'm2']);
          expect(store.records[0]?.id).toBe(lostId);
        }),
      );

      promise('P3', 'a crash after the batch was stored and before it was settled: it does not come again, and nothing is missing', () =>
        listening(async ({ channel, store, tap, open }) => {
          await publish(channel, numbered(0, 10));
          store.store(await nextOf(tap, { records: 4, bytes: 1_000_000 }));
          await crash(tap);
          await readUntil(await open(), store, 10);
          expect(bodiesOf(store)).toEqual(numbered(0, 10));
        }),
      );

      promise('P4', 'a crash after the batch was settled: reading goes on with the next record', () =>
        listening(async ({ channel, store, tap, open }) => {
          await publish(channel, numbered(0, 6));
          await readUntil(tap, store, 1, { records: 2, bytes: 1_000_000 });
          await crash(tap);
          await readUntil(await open(), store, 6);
          expect(bodiesOf(store)).toEqual(numbered(0, 6));
        }),
      );

      promise('P5', 'crashes between any two steps: what is stored is what was published', () =>
        listening(async ({ channel, store, tap: first, open }) => {
          const total = 150;
          let tap = first;
          let random = 7;
          // The upper bits: the lower ones of such a generator repeat after a few throws.
          const dice = (sides: number): number => {
            random = (Math.imul(random, 1664525) + 1013904223) | 0;
            return (random >>> 16) % sides;
          };
          let published = 0;
          for (let round = 0; round < 15; round++) {
            await publish(channel, numbered(published, published + 10));
            published += 10;
            const window = dice(4);
            if (window > 0) {
              const batch = await nextOf(tap, { records: 1 + dice(12), bytes: 1_000_000 });
              if (window > 1) store.store(batch);
              if (window > 2) await tap.settle(batch);
            }
            await crash(tap);
            tap = await open();
          }
          await readUntil(tap, store, total);
          expect(bodiesOf(store)).toEqual(numbered(0, total));
          expect(new Set(store.records.map(({ id }) => id)).size).toBe(total);
        }),
      );

      promise('P6', 'batches keep the limit, are numbered without a hole, and the next may be read before this one is settled', () =>
        listening(async ({ channel, store, tap }) => {
          await publish(channel, numbered(0, 9));
          const first = await nextOf(tap, { records: 2, bytes: 1_000_000 });
          const second = await nextOf(tap, { records: 2, bytes: 1_000_000 });
          expect([first.number, second.number]).toEqual([1, 2]);
          expect(first.records.length).toBeLessThanOrEqual(2);
          expect(second.records.length).toBeLessThanOrEqual(2);
          for (const batch of [first, second]) {
            store.store(batch);
            await tap.settle(batch);
          }
          await readUntil(tap, store, 9, { records: 3, bytes: 1_000_000 });
          expect(bodiesOf(store)).toEqual(numbered(0, 9));
        }),
      );

      promise('P32', 'a batch that is not stored yet takes what came since, and stays one batch under its number at a crash', () =>
        listening(async ({ channel, store, tap, open }) => {
          await publish(channel, numbered(0, 2));
          const batch = await nextOf(tap, { records: 1, bytes: 1_000_000 });
          expect(batch.records.length).toBe(1);
          await publish(channel, numbered(2, 5));
          await until('it has grown', async () => {
            tap.more(batch, { records: 2, bytes: 1_000_000 });
            return batch.records.length === 5;
          });
          expect(tap.more(batch, anyAmount)).toBe(false);
          await publish(channel, numbered(5, 7));
          const next = await nextOf(tap);
          // Only the newest grows.
          expect(tap.more(batch, anyAmount)).toBe(false);
          expect([batch.number, next.number, batch.records.length]).toEqual([1, 2, 5]);
          store.store(batch);
          await crash(tap);
          await readUntil(await open(), store, 7);
          expect(bodiesOf(store)).toEqual(numbered(0, 7));
        }),
      );

      promise('P7', 'a closed tap gives null, also to one who waits, and settles nothing', () =>
        listening(async ({ channel, tap }) => {
          await publish(channel, ['m0']);
          const batch = await nextOf(tap);
          const waiting = tap.next(anyAmount);
          await tap.close();
          expect(await within('the waiting call ends', waiting)).toBeNull();
          expect(await tap.next(anyAmount)).toBeNull();
          expect(tap.state().status).toBe('closed');
          const refused = await tap.settle(batch).then(
            () => null,
            (error: unknown) => error,
          );
          expect(isAppError(refused) && refused.code).toBe('tap-closed');
        }),
      );
    });

    describe('applications are not touched', () => {
      promise('P8', 'an inbox of an application gets every message, once, while a tap listens', () =>
        listening(async ({ channel, inbox, store, tap }) => {
          await publish(channel, numbered(0, 40));
          await readUntil(tap, store, 40);
          const consumed = await app.consume(inbox, 40);
          expect(consumed.map(({ body }) => textOf(body))).toEqual(numbered(0, 40));
          await publish(channel, ['after']);
          expect((await app.consume(inbox, 1)).map(({ body }) => textOf(body))).toEqual(['after']);
        }),
      );

      promise(
        'P9',
        'what was unroutable stays unroutable: mandatory is still returned, the alternate exchange still gets it',
        async () => {
          const [channel, plan, lost] = [fresh('events'), fresh('events'), fresh('unrouted')];
          await app.makeChannel(lost);
          await app.makeInbox(lost, `${lost}.queue`);
          await app.makeChannel(channel);
          await app.makeChannel(plan, { alternate: lost });
          await app.makeInbox(channel, `${channel}.queue`, { routingKey: 'order.*' });
          await app.makeInbox(plan, `${plan}.queue`, { routingKey: 'order.*' });
          const store = new ContractStore(broker, fresh('tap'));
          const tap = await store.open({ include: [channel, plan] });
          try {
            await listens(tap, [channel, plan]);
            const send = (to: string, routingKey: string) => app.publish([{ channel: to, routingKey, body: bytes(routingKey) }]);
            expect(await send(channel, 'nobody.wants')).toEqual(['returned']);
            expect(await send(plan, 'nobody.wants')).toEqual(['accepted']);
            expect((await app.consume(`${lost}.queue`, 1)).map(({ routingKey }) => routingKey)).toEqual(['nobody.wants']);
            expect(await send(channel, 'order.placed')).toEqual(['accepted']);
            await readUntil(tap, store, 1);
            expect(bodiesOf(store)).toEqual(['order.placed']);
          } finally {
            await tap.close();
          }
        },
        'rabbitmq',
      );

      promise('P10', 'listening and asking make nothing: no channel that was only named, no inbox that is not marked as ours', async () => {
        const channel = fresh('missing');
        const before = await broker.describe();
        const store = new ContractStore(broker, fresh('tap'));
        const tap = await store.open({ include: [channel] });
        try {
          await until('the tap is ready', () => tap.state().status !== 'starting');
          await broker.sample({ watched: new Set([`${channel}.queue`]) });
          const after = await broker.describe();
          expect(after.channels.some((one) => one.channel === channel)).toBe(false);
          const known = new Set(before.inboxes.map((one) => one.inbox));
          const added = after.inboxes.filter((one) => !known.has(one.inbox) && one.inbox.includes(`contract-${run}`));
          expect(added.filter((one) => !one.ours)).toEqual([]);
        } finally {
          await tap.close();
        }
      });

      promise('P11', 'a tap that nobody reads holds no more than its budget, stops nobody, and gives everything later', () =>
        listening(
          async ({ channel, inbox, store, tap }) => {
            const budget = 262_144;
            const body = new Uint8Array(32_768).fill(120);
            const outcomes = await app.publish(messages(channel, numbered(0, 64)).map((message) => ({ ...message, body })));
            expect(outcomes.every((outcome) => outcome === 'accepted')).toBe(true);
            expect(await app.consume(inbox, 64)).toHaveLength(64);
            const held = await nextOf(tap, { records: 10_000, bytes: 1_000_000_000 });
            // Twice: a reader may have one fetch under way when its budget is spent.
            expect(held.records.reduce((sum, record) => sum + record.bodySize, 0)).toBeLessThanOrEqual(2 * budget);
            store.store(held);
            await tap.settle(held);
            await readUntil(tap, store, 64);
            expect(store.records).toHaveLength(64);
          },
          { maxBufferedBytes: 262_144 },
        ),
      );
    });

    describe('finding', () => {
      promise('P12', 'a channel made later is found and read; what is excluded is not', async () => {
        const base = fresh('later');
        const store = new ContractStore(broker, fresh('tap'));
        const tap = await store.open({ include: [`${base}*`], exclude: [`${base}.secret*`] });
        try {
          const [open, secret] = [`${base}.orders`, `${base}.secret`];
          for (const channel of [secret, open]) {
            await app.makeChannel(channel);
            await app.makeInbox(channel, `${channel}.queue`);
          }
          await listens(tap, [open]);
          await publish(secret, ['hidden']);
          await publish(open, ['m0', 'm1']);
          await readUntil(tap, store, 2);
          expect(bodiesOf(store)).toEqual(['m0', 'm1']);
          expect(tap.state().channels).toEqual([open]);
        } finally {
          await tap.close();
        }
      });

      promise('P31', 'a channel that an application deletes stays deleted; the others are read on', async () => {
        const [gone, kept] = [fresh('gone'), fresh('kept')];
        for (const channel of [gone, kept]) {
          await app.makeChannel(channel);
          await app.makeInbox(channel, `${channel}.queue`);
        }
        const store = new ContractStore(broker, fresh('tap'));
        const tap = await store.open({ include: [gone, kept] });
        try {
          await listens(tap, [gone, kept]);
          await publish(gone, ['m0']);
          await readUntil(tap, store, 1);
          await app.deleteChannel(gone);
          await until('the tap lets go of it', () => !tap.state().channels.includes(gone));
          for (const body of ['m1', 'm2', 'm3']) {
            await publish(kept, [body]);
            await readUntil(tap, store, store.records.length + 1);
          }
          expect(bodiesOf(store)).toEqual(['m0', 'm1', 'm2', 'm3']);
          expect((await broker.describe()).channels.filter(({ channel }) => channel === gone)).toEqual([]);
        } finally {
          await tap.close();
        }
      });

      promise('P13', 'internal channels are not read by a pattern', async () => {
        const picture = await broker.describe();
        const internal = new Set(picture.channels.filter((one) => one.internal).map((one) => one.channel));
        const tap = await new ContractStore(broker, fresh('tap')).open({ include: ['*'], startAt: 'now' });
        try {
          await until('the tap is ready', () => tap.state().status !== 'starting');
          expect(tap.state().channels.filter((channel) => internal.has(channel))).toEqual([]);
        } finally {
          await tap.close();
        }
      });

      promise(
        'P14',
        'a binding made later is followed: what it brings is read, once, also where two bindings match',
        async () => {
          const channel = fresh('events');
          const [first, second] = [`${channel}.queue`, `${channel}.all`];
          await app.makeChannel(channel);
          await app.makeInbox(channel, first, { routingKey: 'order.*' });
          const store = new ContractStore(broker, fresh('tap'));
          const tap = await store.open({ include: [channel] });
          const reading = readOn(tap, store);
          try {
            await listens(tap, [channel]);
            await app.makeInbox(channel, first, { routingKey: 'payment.#' });
            await app.makeInbox(channel, second, { routingKey: '#' });
            const send = (routingKey: string) => app.publish([{ channel, routingKey, body: bytes(routingKey) }]);
            const read = (routingKey: string) =>
              store.records.filter(({ record }) => record.routingKey === routingKey).map(({ record }) => record);
            const wentTo = (record: RawRecord) => record.inboxes.map(({ inbox }) => inbox).toSorted();
            // Until then a message may be missed: that is the delay which the tap's card names.
            await until('both new bindings are followed', async () => {
              await send('payment.probe');
              return read('payment.probe').some((record) => wentTo(record).length === 2);
            });
            await send('order.placed');
            await send('payment.last');
            await until('the last is read', () => read('payment.last').length > 0);
            expect(read('order.placed')).toHaveLength(1);
            expect(read('order.placed').map(wentTo)).toEqual([[second, first]]);
          } finally {
            await tap.close();
            await reading;
          }
        },
        'rabbitmq',
      );
    });

    describe('bytes as they were', () => {
      promise('P15', 'headers keep order, types, bytes and null', () =>
        listening(async ({ channel, store, tap }) => {
          const headers = kafka ? kafkaHeaders() : amqpHeaders();
          await app.publish([{ ...messages(channel, ['m0'])[0]!, headers }]);
          await readUntil(tap, store, 1);
          const seen = store.records[0]?.record.headers ?? [];
          expect(plain(seen.filter((one) => one.wire !== 'property'))).toEqual(plain(headers.filter((one) => one.wire !== 'property')));
          const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
          expect(plain(propertiesOf(seen)).toSorted(byName)).toEqual(expect.arrayContaining(plain(propertiesOf(headers)).toSorted(byName)));
        }),
      );

      promise('P16', 'two headers of one name both survive, in order', () =>
        listening(async ({ channel, store, tap }) => {
          const header = (name: string, value: string): EventHeader =>
            kafka ? { name, wire: 'kafka', value: bytes(value) } : amqpHeader(name, value);
          const headers = [header('a', '1'), header('b', '2'), header('a', '3')];
          await app.publish([{ ...messages(channel, ['m0'])[0]!, headers }]);
          await readUntil(tap, store, 1);
          const seen = store.records[0]?.record.headers.filter((one) => one.wire !== 'property') ?? [];
          expect(plain(seen)).toEqual(plain(headers));
        }),
      );

      promise('P17', 'an empty body is empty; a tombstone is null', () =>
        listening(async ({ channel, store, tap }) => {
          const [message] = messages(channel, ['']);
          await app.publish(kafka ? [message!, { ...message!, body: null }] : [message!]);
          await readUntil(tap, store, kafka ? 2 : 1);
          expect(bodiesOf(store)).toEqual(kafka ? ['', null] : ['']);
          expect(store.records.map(({ record }) => record.bodySize)).toEqual(kafka ? [0, 0] : [0]);
        }),
      );

      promise('P18', 'a large body is cut at the limit and keeps its true size', () =>
        listening(
          async ({ channel, store, tap }) => {
            const body = new Uint8Array(900_000).map((_, index) => index % 251);
            await app.publish([{ ...messages(channel, ['x'])[0]!, body }]);
            await publish(channel, ['small']);
            await readUntil(tap, store, 2);
            const large = store.records[0]?.record;
            expect(large?.bodySize).toBe(900_000);
            expect(large?.body?.length).toBe(65_536);
            expect(Buffer.from(large?.body ?? []).equals(Buffer.from(body.subarray(0, 65_536)))).toBe(true);
            expect(textOf(store.records[1]?.record.body ?? null)).toBe('small');
          },
          { maxBodyBytes: 65_536 },
        ),
      );

      promise('P19', 'a record knows its place and its times', () =>
        listening(async ({ channel, inbox, store, tap }) => {
          const before = Date.now() * 1000;
          const seconds = Math.floor(Date.now() / 1000);
          await app.publish([
            { ...messages(channel, ['m0'])[0]!, ...(kafka ? {} : { headers: [amqpProperty('timestamp', String(seconds))] }) },
          ]);
          await publish(channel, ['m1']);
          await readUntil(tap, store, 2);
          const [first, second] = store.records.map(({ record }) => record);
          expect(first!.observedAt).toBeGreaterThanOrEqual(before - 60_000_000);
          if (kafka) {
            expect([first!.partition, first!.offset, second!.offset]).toEqual([0, 0, 1]);
            expect(first!.routingKey).toBeNull();
            expect(textOf(first!.key)).toBe('k');
            expect(Math.abs(first!.publishedAt! - before)).toBeLessThan(60_000_000);
            expect(first!.inboxes).toEqual([]);
          } else {
            expect([first!.partition, first!.offset, first!.key]).toEqual([null, null, null]);
            expect(first!.routingKey).toBe('order.placed');
            expect([first!.publishedAt, first!.publishedAtBy]).toEqual([seconds * 1_000_000, 'producer']);
            expect([second!.publishedAt, second!.publishedAtBy]).toEqual([null, null]);
            expect(first!.inboxes.map((one) => one.inbox)).toEqual([inbox]);
          }
        }),
      );

      promise('P20', 'what cannot be decoded is a gap with its place; reading goes on', () =>
        listening(async ({ channel, store, tap, open }) => {
          if (typeof app.undecodable !== 'function') return expect(app.undecodable.why).not.toBe('');
          await publish(channel, ['m0']);
          await app.undecodable(channel);
          await publish(channel, ['m1']);
          await until('both records and the gap are there', async () => {
            if (store.records.length >= 2) return true;
            await readUntil(tap, store, store.records.length + store.gaps.length + 1);
            return store.records.length >= 2;
          });
          expect(bodiesOf(store)).toEqual(['m0', 'm1']);
          expect(store.gaps.length).toBeGreaterThan(0);
          expect(store.gaps.every((gap) => gap.channel === channel && ['undecodable', 'codec'].includes(gap.reason))).toBe(true);
          // The gap has a place: after a restart it is not met again.
          await crash(tap);
          const gaps = store.gaps.length;
          const again = await open();
          await publish(channel, ['m2']);
          await readUntil(again, store, 3 + gaps);
          expect(bodiesOf(store)).toEqual(['m0', 'm1', 'm2']);
        }),
      );
    });

    describe('what the broker says of itself', () => {
      promise('P21', 'channels, inboxes, bindings, dead-letter wiring and consumers are in the picture', async () => {
        const [channel, dead] = [fresh('orders'), fresh('dead')];
        await app.makeChannel(channel, { partitions: 3 });
        await app.makeChannel(dead);
        const inbox = await app.makeInbox(channel, `${channel}.queue`, { routingKey: 'order.*', deadLetterTo: dead });
        const consumer = await app.attachConsumer(inbox, 'shipping-service');
        try {
          await until('the consumer is in the picture', async () => {
            const found = (await broker.describe()).inboxes.find((one) => one.inbox === inbox);
            // RabbitMQ tells the connection's name some seconds after the consumer.
            return found !== undefined && found.consumers.some((one) => one.service !== null);
          });
          const picture = await broker.describe();
          expect([picture.broker, picture.system, picture.inProcess]).toEqual([broker.name, subject.system, subject.inProcess]);
          const drawn = picture.channels.find((one) => one.channel === channel);
          expect(drawn).toMatchObject(
            kafka ? { kind: 'topic', partitions: 3, internal: false } : { kind: 'exchange-topic', partitions: null, internal: false },
          );
          expect(drawn?.readable).toEqual({ can: true });
          const reader = picture.inboxes.find((one) => one.inbox === inbox);
          expect(reader).toMatchObject({ kind: kafka ? 'group' : 'queue', title: `${channel}.queue`, ours: false });
          expect(reader?.consumers.map((one) => one.service)).toEqual(['shipping-service']);
          if (kafka) expect(reader?.consumers.flatMap((one) => [...one.partitions]).toSorted()).toEqual([0, 1, 2]);
          else {
            expect(reader?.deadLetterTo).toMatchObject({ channel: dead, by: 'argument' });
            expect(
              picture.bindings
                .filter((one) => one.from === channel && one.to.kind === 'inbox' && one.to.inbox === inbox)
                .map((one) => one.routingKey),
            ).toEqual(['order.*']);
          }
        } finally {
          await consumer.detach();
        }
      });

      promise(
        'P22',
        'the default exchange is said to be not readable, never silently left out',
        () =>
          listening(async ({ tap }) => {
            const picture = await broker.describe();
            expect(picture.channels.filter((one) => one.channel === '' && one.readable.can)).toEqual([]);
            expect(tap.state().notes.some((note) => note.kind === 'not-readable')).toBe(true);
          }),
        'rabbitmq',
      );
    });

    describe('samples', () => {
      promise('P23', 'lag and depth are exact when traffic rests', async () => {
        const channel = fresh('orders');
        await app.makeChannel(channel);
        const inbox = await app.makeInbox(channel, `${channel}.queue`);
        const waiting = async (): Promise<number | null> => {
          const samples = await broker.sample({ watched: new Set([inbox]) });
          if (!kafka) return samples.queues.find((one: QueueSample) => one.inbox === inbox)?.ready ?? null;
          const group = samples.groups.find((one) => one.inbox === inbox);
          return group === undefined ? null : group.partitions.reduce((sum, partition) => sum + (lagOf(partition) ?? 0), 0);
        };
        await publish(channel, numbered(0, 10));
        await until('ten wait', async () => (await waiting()) === 10);
        await app.consume(inbox, 4);
        await until('six wait', async () => (await waiting()) === 6);
        const total = async () => {
          const sample = (await broker.sample({ watched: new Set() })).channels.find((one) => one.channel === channel);
          return kafka ? sample?.endOffset : sample?.publishedTotal;
        };
        await until('the channel has counted ten', async () => (await total()) === 10);
      });
    });

    describe('writing', () => {
      promise('P24', 'a message published to a channel is confirmed and arrives as it was given', () =>
        listening(async ({ channel, inbox, store, tap }) => {
          const headers = kafka ? kafkaHeaders() : amqpHeaders();
          const outcome = await broker.publish({
            to: { kind: 'channel', channel, routingKey: kafka ? null : 'order.placed', partition: kafka ? 0 : null },
            key: kafka ? bytes('k') : null,
            headers,
            body: bytes('from us'),
          });
          expect(outcome).toMatchObject(kafka ? { confirmed: true, partition: 0, offset: 0 } : { confirmed: true });
          await readUntil(tap, store, 1);
          const seen = store.records[0]?.record;
          // Their order is another promise [P15], which not every version of every broker keeps.
          expect(byName(seen?.headers.filter((one) => one.wire !== 'property') ?? [])).toEqual(
            byName(headers.filter((one) => one.wire !== 'property')),
          );
          expect(plain(propertiesOf(seen?.headers ?? []))).toEqual(expect.arrayContaining(plain(propertiesOf(headers))));
          expect((await app.consume(inbox, 1)).map(({ body }) => textOf(body))).toEqual(['from us']);
        }),
      );

      promise('P25', 'what nobody would get is not confirmed, and makes nothing', async () => {
        const missing = fresh('missing');
        const send = (channel: string, routingKey: string | null) =>
          broker.publish({ to: { kind: 'channel', channel, routingKey, partition: null }, key: null, headers: [], body: bytes('x') });
        expect(await send(missing, kafka ? null : 'order.placed')).toMatchObject({ confirmed: false });
        expect((await broker.describe()).channels.some((one) => one.channel === missing)).toBe(false);
        if (kafka) return;
        const channel = fresh('events');
        await app.makeChannel(channel);
        await app.makeInbox(channel, `${channel}.queue`, { routingKey: 'order.*' });
        expect(await send(channel, 'nobody.wants')).toMatchObject({ confirmed: false, why: 'returned' });
        const toQueue = await broker.publish({
          to: { kind: 'queue', queue: `${missing}.queue` },
          key: null,
          headers: [],
          body: bytes('x'),
        });
        expect(toQueue).toMatchObject({ confirmed: false, why: 'returned' });
      });

      promise(
        'P26',
        'a message goes straight to one queue, and to no other',
        async () => {
          const channel = fresh('events');
          await app.makeChannel(channel);
          const inbox = await app.makeInbox(channel, `${channel}.queue`);
          const other = await app.makeInbox(channel, `${channel}.other`);
          const outcome = await broker.publish({
            to: { kind: 'queue', queue: inbox },
            key: null,
            headers: [amqpProperty('message-id', 'm-1')],
            body: bytes('straight'),
          });
          expect(outcome).toMatchObject({ confirmed: true });
          await publish(channel, ['to both']);
          expect((await app.consume(inbox, 2)).map(({ body }) => textOf(body))).toEqual(['straight', 'to both']);
          expect((await app.consume(other, 1)).map(({ body }) => textOf(body))).toEqual(['to both']);
        },
        'rabbitmq',
      );

      promise(
        'P27',
        'exactly one letter is taken; the others stay, in order',
        async () => {
          const [channel, dead] = [fresh('orders'), fresh('dead')];
          await app.makeChannel(channel);
          await app.makeChannel(dead);
          const letters = await app.makeInbox(dead, `${dead}.queue`);
          const inbox = await app.makeInbox(channel, `${channel}.queue`, { deadLetterTo: dead });
          const store = new ContractStore(broker, fresh('tap'));
          const tap = await store.open({ include: [dead] });
          try {
            await listens(tap, [dead]);
            await publish(channel, ['a', 'b', 'c']);
            await app.reject(inbox, 3);
            await readUntil(tap, store, 3);
          } finally {
            await tap.close();
          }
          const letter = store.records[1]!.record;
          expect(textOf(letter.body)).toBe('b');
          const last = store.records[2]!.record;
          const ask = ({ headers, body }: Pick<RawRecord, 'headers' | 'body'>, maxDepth: number) =>
            broker.takeLetter({ inbox: letters, headers, body, maxDepth });
          expect(await ask({ ...letter, body: bytes('none of them') }, 100)).toMatchObject({ taken: false, why: 'not-found' });
          // Two letters are ahead of it, and only one may be.
          expect(await ask(last, 1)).toMatchObject({ taken: false, why: 'too-deep' });
          expect(await ask(letter, 100)).toEqual({ taken: true });
          expect((await app.consume(letters, 2)).map(({ body }) => textOf(body))).toEqual(['a', 'c']);
        },
        'rabbitmq',
      );

      promise(
        'P28',
        'nothing can be taken out of a log, and that is said',
        async () => {
          const channel = fresh('orders');
          await app.makeChannel(channel);
          const inbox = await app.makeInbox(channel, `${channel}.queue`);
          expect(await broker.takeLetter({ inbox, headers: [], body: bytes('m0'), maxDepth: 10 })).toMatchObject({
            taken: false,
            why: 'nothing-can-be-taken',
          });
        },
        'kafka',
      );
    });

    describe('itself', () => {
      promise('P29', 'the list of exceptions is the one that this suite was given, each with a reason', async () => {
        await broker.describe();
        expect(broker.exceptions).toEqual(subject.exceptions);
        expect(broker.exceptions.every((one) => /^P\d+$/.test(one.promise) && one.reason.length > 10)).toBe(true);
      });

      promise('P30', 'closing the broker closes its taps', async () => {
        const own = await subject.open();
        const channel = fresh('orders');
        await own.application.makeChannel(channel);
        const tap = await new ContractStore(own.broker, fresh('tap')).open({ include: [channel] });
        const waiting = tap.next(anyAmount);
        await own.close();
        expect(await within('the waiting call ends', waiting)).toBeNull();
        expect(tap.state().status).toBe('closed');
      });
    });
  });
}

/** Headers for comparing: bytes as hex, so that a difference can be read. */
const plain = (headers: readonly EventHeader[]): { name: string; wire: string; value: string | null }[] =>
  headers.map(({ name, wire, value }) => ({ name, wire, value: value === null ? null : Buffer.from(value).toString('hex') }));

const byName = (headers: readonly EventHeader[]) => plain(headers).sort((a, b) => (a.name < b.name ? -1 : 1));

const propertiesOf = (headers: readonly EventHeader[]): EventHeader[] => headers.filter((one) => one.wire === 'property');

const kafkaHeaders = (): EventHeader[] => [
  { name: 'event-type', wire: 'kafka', value: bytes('OrderPlaced') },
  { name: 'binary', wire: 'kafka', value: Uint8Array.of(0, 255, 128, 10) },
  { name: 'empty', wire: 'kafka', value: new Uint8Array(0) },
  { name: 'nothing', wire: 'kafka', value: null },
  { name: 'ümlaut', wire: 'kafka', value: bytes('größer') },
];

function amqpHeaders(): EventHeader[] {
  const raw = (name: string, wire: string, ...value: number[]): EventHeader => ({ name, wire, value: Uint8Array.from(value) });
  const inner = encodeAmqpTable([amqpHeader('depth', 2), amqpHeader('flag', true)]);
  return [
    amqpProperty('content-type', 'application/json'),
    amqpProperty('message-id', 'm-1'),
    amqpProperty('correlation-id', 'c-1'),
    amqpProperty('type', 'OrderPlaced'),
    amqpProperty('app-id', 'orders'),
    amqpProperty('delivery-mode', '2'),
    amqpHeader('event-type', 'OrderPlaced'),
    raw('not-utf-8', 'S', 0xff, 0xfe, 0x41),
    raw('bytes', 'x', 0, 255, 128),
    amqpHeader('yes', true),
    raw('int8', 'b', 0x85),
    raw('int16', 's', 0x80, 0x01),
    raw('int32', 'I', 0x80, 0, 0, 1),
    raw('int64', 'l', 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd),
    raw('float', 'f', 0x3f, 0x80, 0, 0),
    raw('double', 'd', 0x3f, 0xf0, 0, 0, 0, 0, 0, 0),
    raw('time', 'T', 0, 0, 0, 0, 0x65, 0x5c, 0xd0, 0),
    raw('decimal', 'D', 2, 0, 0, 4, 0xd2),
    { name: 'void', wire: 'V', value: null },
    amqpHeader('list', ['a', 5, null]),
    { name: 'table', wire: 'F', value: inner },
  ];
}
