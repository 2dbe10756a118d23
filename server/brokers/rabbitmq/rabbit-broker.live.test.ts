import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { amqpHeader, amqpProperty, decodeAmqpValue, encodeAmqpTable } from '@/lib/events/amqp-values';
import type { EventHeader } from '@/lib/events/observed-event';
import { isAppError } from '@/lib/errors';
import type { Broker, Tap, TapState } from '../broker';
import { ContractStore, listens, nextOf, readUntil, until } from '../broker.contract-tools';
import { openRabbitBroker } from './rabbit-broker';
import { type RabbitSettings, tapQueueOf } from './rabbit-settings';
import {
  type RabbitWorld,
  type Wire,
  openRabbitWorld,
  openWire,
  publishRaw,
  sharedRabbitVersion,
  silent,
  through,
  withChannel,
} from './rabbit-world.fixture';

/** What only RabbitMQ promises (docs/spec/brokers-rabbitmq.md), on a real one. The port's promises are in rabbit-contract.live.test.ts. */

const utf8 = new TextEncoder();
const textOf = (bytes: Uint8Array | null): string => new TextDecoder().decode(bytes ?? new Uint8Array(0));
const raw = (name: string, wire: string, hex: string): EventHeader => ({ name, wire, value: Uint8Array.from(Buffer.from(hex, 'hex')) });
const shown = (headers: readonly EventHeader[]) =>
  headers.map(({ name, wire, value }) => [name, wire, value === null ? null : Buffer.from(value).toString('hex')]);
/** What the broker delivers of it: RabbitMQ 4 sorts header tables, also inner ones, by the bytes of the names. */
const delivered = (headers: readonly EventHeader[]) =>
  shown(version.startsWith('3.') ? headers : [...headers].sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name))));

const version = await sharedRabbitVersion();
let world: RabbitWorld;
let wire: Wire;
let broker: Broker;
const opened: { close(): Promise<void> }[] = [];
let made = 0;
const fresh = (what: string): string => `${what}-${++made}`;

beforeAll(async () => {
  world = await openRabbitWorld();
  const { hostname, port } = new URL(world.url);
  wire = await openWire({ host: hostname, port: Number(port) });
  broker = openBroker();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await broker?.close();
  await wire?.close();
  await world?.close();
});

function openBroker(changes: Partial<RabbitSettings> = {}): Broker {
  return openRabbitBroker({ name: 'rabbit', url: through(world.url, wire), apiUrl: world.apiUrl, ...changes }, { log: silent });
}

async function listen(
  include: readonly string[],
  from: Broker = broker,
  more: object = {},
): Promise<{ tap: Tap; store: ContractStore; name: string }> {
  const name = fresh('tap');
  const store = new ContractStore(from, name);
  const tap = await store.open({ include, ...more });
  opened.push(tap);
  return { tap, store, name };
}

const exchange = (name: string, type: string, options = {}) =>
  withChannel(world.link, (channel) => channel.assertExchange(name, type, options));
const queue = (name: string, args: Record<string, unknown> = {}, options = {}) =>
  withChannel(world.link, (channel) => channel.assertQueue(name, { arguments: args, ...options }));
const bind = (name: string, source: string, key = '', args = {}) =>
  withChannel(world.link, (channel) => channel.bindQueue(name, source, key, args));
const depth = (name: string) => withChannel(world.link, async (channel) => (await channel.checkQueue(name)).messageCount);
const publish = (channel: string, routingKey: string | Uint8Array, body: string, headers: readonly EventHeader[] = []) =>
  publishRaw(world.link, [{ channel, routingKey, body: utf8.encode(body), headers }]).then(([outcome]) => outcome);

const bodies = (store: ContractStore): string[] => store.records.map(({ record }) => textOf(record.body));

async function topicWithQueue(key = '#'): Promise<{ channel: string; inbox: string }> {
  const channel = fresh('events');
  await exchange(channel, 'topic');
  await queue(`${channel}.queue`);
  await bind(`${channel}.queue`, channel, key);
  return { channel, inbox: `${channel}.queue` };
}

/** Every field type there is, several with values that clients commonly spoil. */
const EVERY_TYPE: readonly EventHeader[] = [
  raw('bool', 't', '01'),
  raw('int8', 'b', '85'),
  raw('uint8', 'B', 'ff'),
  raw('int16', 's', '8001'),
  raw('uint16', 'u', 'fffe'),
  raw('int32', 'I', '80000001'),
  raw('uint32', 'i', 'fffffffe'),
  raw('int64', 'l', '7ffffffffffffffd'),
  raw('small int64', 'l', '0000000000000005'),
  raw('float', 'f', '3f800000'),
  raw('double one', 'd', '3ff0000000000000'),
  raw('decimal', 'D', '02fffffffb'),
  raw('before 1970', 'T', 'fffffffffffffff6'),
  raw('text', 'S', '6772c3bcc39f65'),
  raw('not UTF-8', 'S', 'fffe41'),
  raw('bytes', 'x', '00ff80'),
  { name: 'void', wire: 'V', value: null },
  amqpHeader('list', ['a', 5, null, [true]]),
  { name: 'table', wire: 'F', value: encodeAmqpTable([amqpHeader('deep', { deeper: 1.5 }), raw('signed', 'l', 'ffffffffffffffff')]) },
  amqpHeader('__proto__', 'a name like another'),
];

describe('nothing is lost on the wire', () => {
  it('[R1] every header type comes as it was sent, also after we publish it again', async () => {
    const { channel, inbox } = await topicWithQueue();
    const { tap, store } = await listen([channel]);
    await publish(channel, 'k', 'first', EVERY_TYPE);
    await readUntil(tap, store, 1);
    expect(shown(store.records[0]!.record.headers)).toEqual(delivered(EVERY_TYPE));
    const again = await broker.publish({
      to: { kind: 'channel', channel, routingKey: 'k', partition: null },
      key: null,
      headers: store.records[0]!.record.headers,
      body: utf8.encode('again'),
    });
    expect(again).toMatchObject({ confirmed: true });
    await readUntil(tap, store, 2);
    expect(shown(store.records[1]!.record.headers)).toEqual(delivered(EVERY_TYPE));
    const [, seenByApplication] = await world.application.consume(inbox, 2);
    expect(shown(seenByApplication!.headers!)).toEqual(delivered(EVERY_TYPE));
  });

  it('[R1] the int64 of other brokers (L) neither closes the connection nor changes', async () => {
    const { channel } = await topicWithQueue();
    const { tap, store } = await listen([channel]);
    const header = raw('other', 'L', '8000000000000001');
    await publish(channel, 'k', 'x', [header]);
    await readUntil(tap, store, 1);
    const [seen] = store.records[0]!.record.headers;
    // 3.x keeps the letter, 4.x writes `l`; the eight bytes are the same.
    expect([seen!.name, seen!.wire.toLowerCase(), Buffer.from(seen!.value!).toString('hex')]).toEqual(['other', 'l', '8000000000000001']);
    expect(decodeAmqpValue(seen!.wire, seen!.value)).toBe('-9223372036854775807');
  });

  it('[R1] a routing key that is not UTF-8 is shown as latin1 and can be sent again as it was', async () => {
    const channel = fresh('events');
    await exchange(channel, 'fanout');
    await queue(`${channel}.queue`);
    await bind(`${channel}.queue`, channel);
    const { tap, store } = await listen([channel]);
    const key = Uint8Array.of(0xff, 0x2e, 0xe9);
    await publish(channel, key, 'first');
    await readUntil(tap, store, 1);
    const { record } = store.records[0]!;
    expect(record.routingKey).toBe('ÿ.é');
    expect([...record.key!]).toEqual([...key]);
    await broker.publish({
      to: { kind: 'channel', channel, routingKey: record.routingKey, partition: null },
      key: record.key,
      headers: record.headers,
      body: record.body,
    });
    await readUntil(tap, store, 2);
    expect([...store.records[1]!.record.key!]).toEqual([...key]);
  });

  it('[R3] a user-id that is not ours is left out when we publish', async () => {
    const { channel } = await topicWithQueue();
    const { tap, store } = await listen([channel]);
    const headers = [amqpProperty('user-id', 'somebody-else'), amqpProperty('message-id', 'm')];
    expect(
      await broker.publish({ to: { kind: 'channel', channel, routingKey: 'k', partition: null }, key: null, headers, body: null }),
    ).toMatchObject({ confirmed: true });
    await readUntil(tap, store, 1);
    expect(store.records[0]!.record.headers.map(({ name }) => name)).toEqual(['message-id']);
  });
});

describe('applications with the tap on as without it', () => {
  it('[R37] decimal and table headers: the publisher stays connected, the application gets them complete', async () => {
    const { channel, inbox } = await topicWithQueue();
    const { tap, store } = await listen([channel]);
    await publish(channel, 'k', 'x', EVERY_TYPE);
    expect(await publish(channel, 'k', 'y')).toBe('accepted');
    expect(shown((await world.application.consume(inbox, 1))[0]!.headers!)).toEqual(delivered(EVERY_TYPE));
    await readUntil(tap, store, 2);
  });

  it('[R38] an expiring queue expires while it is watched and listened to', async () => {
    const channel = fresh('events');
    const inbox = `${channel}.queue`;
    await exchange(channel, 'topic');
    await queue(inbox, { 'x-expires': 8_000 });
    await bind(inbox, channel, '#');
    await listen([channel]);
    let sampled = 0;
    await until('the queue has expired', async () => {
      const { queues: samples } = await broker.sample({ watched: new Set([inbox]) });
      if (samples.some((one) => one.inbox === inbox)) sampled++;
      const queues = (await world.api('GET', `queues/${world.vhost}`)) as { name: string }[];
      return !queues.some(({ name }) => name === inbox);
    });
    expect(sampled).toBeGreaterThan(0);
    await until('its exchange routes nowhere again', async () => (await publish(channel, 'k', 'x')) === 'returned');
  });

  it('[R31] a consistent-hash exchange gives applications everything, and is read at the exchange before it', async () => {
    const [entry, hash] = [fresh('events'), fresh('hash')];
    await exchange(entry, 'topic');
    await exchange(hash, 'x-consistent-hash');
    await withChannel(world.link, (channel) => channel.bindExchange(hash, entry, 'order.#'));
    for (const name of ['one', 'two']) {
      await queue(`${hash}.${name}`);
      await bind(`${hash}.${name}`, hash, '1');
    }
    const { tap, store } = await listen([entry, hash]);
    await listens(tap, [entry]);
    expect(tap.state().notes.filter(({ kind, subject }) => kind === 'not-readable' && subject === hash)).toHaveLength(1);
    expect((await broker.describe()).channels.find((one) => one.channel === hash)).toMatchObject({
      kind: 'exchange-other',
      readable: { can: false },
    });
    const count = 100;
    await publishRaw(
      world.link,
      Array.from({ length: count }, (_, index) => ({ channel: hash, routingKey: `straight-${index}`, body: utf8.encode('straight') })),
    );
    await publishRaw(
      world.link,
      Array.from({ length: count }, (_, index) => ({ channel: entry, routingKey: `order.${index}`, body: utf8.encode(`m${index}`) })),
    );
    expect((await depth(`${hash}.one`)) + (await depth(`${hash}.two`))).toBe(2 * count);
    await readUntil(tap, store, count);
    expect(bodies(store)).toEqual(Array.from({ length: count }, (_, index) => `m${index}`));
    expect(await publish(entry, 'user.created', 'x')).toBe('returned');
  });

  it('[R33] an exchange-to-exchange path: each publish is counted once, with its own exchange, and what is unroutable stays so', async () => {
    const [entry, middle] = [fresh('events'), fresh('middle')];
    await exchange(entry, 'topic');
    await exchange(middle, 'topic');
    await withChannel(world.link, (channel) => channel.bindExchange(middle, entry, 'order.#'));
    await queue(`${middle}.queue`);
    await bind(`${middle}.queue`, middle, '*.created');
    await queue(`${entry}.queue`);
    await bind(`${entry}.queue`, entry, 'order.created');
    const { tap, store } = await listen([entry, middle]);
    await listens(tap, [entry, middle]);
    expect(await publish(entry, 'order.created', 'both')).toBe('accepted');
    expect(await publish(entry, 'order.deleted', 'none')).toBe('returned');
    expect(await publish(middle, 'user.created', 'middle only')).toBe('accepted');
    await readUntil(tap, store, 2);
    expect(store.records.map(({ record }) => [record.channel, textOf(record.body), record.inboxes.map((one) => one.inbox)])).toEqual([
      [entry, 'both', [`${entry}.queue`, `${middle}.queue`]],
      [middle, 'middle only', [`${middle}.queue`]],
    ]);
  });

  it('[R30] headers exchanges are mirrored by their arguments', async () => {
    const channel = fresh('files');
    await exchange(channel, 'headers');
    await queue(`${channel}.pdf`);
    await bind(`${channel}.pdf`, channel, '', { 'x-match': 'all', kind: 'pdf', pages: 3 });
    await queue(`${channel}.any`);
    await bind(`${channel}.any`, channel, '', { 'x-match': 'any', kind: 'pdf', urgent: true });
    const { tap, store } = await listen([channel]);
    expect(await publish(channel, '', 'pdf', [amqpHeader('kind', 'pdf'), amqpHeader('pages', 3)])).toBe('accepted');
    expect(await publish(channel, '', 'urgent', [amqpHeader('kind', 'txt'), amqpHeader('urgent', true)])).toBe('accepted');
    expect(await publish(channel, '', 'nobody', [amqpHeader('kind', 'txt')])).toBe('returned');
    await readUntil(tap, store, 2);
    expect(store.records.map(({ record }) => [textOf(record.body), record.inboxes.map((one) => one.inbox)])).toEqual([
      ['pdf', [`${channel}.any`, `${channel}.pdf`]],
      ['urgent', [`${channel}.any`]],
    ]);
  });

  it('[R39] when an application unbinds, our binding goes at the next look', async () => {
    const { channel, inbox } = await topicWithQueue('order.*');
    await listen([channel]);
    expect(await publish(channel, 'order.created', 'x')).toBe('accepted');
    await withChannel(world.link, (ch) => ch.unbindQueue(inbox, channel, 'order.*'));
    await until('it is unroutable again', async () => (await publish(channel, 'order.created', 'x')) === 'returned');
  });

  it('[R34] everything of an exchange is read only by choice, and that is said', async () => {
    const channel = fresh('events');
    await exchange(channel, 'topic');
    const all = openBroker({ bindAll: [channel] });
    opened.push(all);
    const { tap, store } = await listen([channel], all);
    expect(tap.state().notes.some(({ kind, subject }) => kind === 'effect' && subject === channel)).toBe(true);
    expect(await publish(channel, 'nobody', 'heard')).toBe('accepted');
    await readUntil(tap, store, 1);
  });
});

describe('least rights', () => {
  it('[R40] with rights on eventyard.* and read on the exchanges, everything but a foreign exchange works', async () => {
    const { channel } = await topicWithQueue();
    const forbidden = await topicWithQueue();
    const user = fresh('eventyard-user');
    await world.api('PUT', `users/${user}`, { password: 'secret', tags: 'monitoring' });
    await world.api('PUT', `permissions/${world.vhost}/${user}`, {
      configure: '^eventyard\\.',
      write: '^eventyard\\.',
      read: `^(eventyard\\..*|${channel})$`,
    });
    const url = new URL(world.url);
    url.username = user;
    url.password = 'secret';
    const narrow = openRabbitBroker(
      { name: 'narrow', url: url.href, apiUrl: world.apiUrl, apiUser: user, apiPassword: 'secret' },
      { log: silent },
    );
    opened.push(narrow);
    const { tap, store } = await listen([channel, forbidden.channel], narrow);
    expect(tap.state().status).toBe('live');
    expect(tap.state().channels).toEqual([channel]);
    expect(
      tap
        .state()
        .notes.filter(({ kind }) => kind === 'permission')
        .map(({ subject }) => subject),
    ).toEqual([forbidden.channel]);
    await publish(channel, 'k', 'seen');
    await readUntil(tap, store, 1);
    const picture = await narrow.describe();
    expect(picture.missing).toEqual([]);
    expect(picture.inboxes.map((one) => one.inbox)).toContain(forbidden.inbox);
    const { queues } = await narrow.sample({ watched: new Set([forbidden.inbox]) });
    expect(queues.find((one) => one.inbox === forbidden.inbox)).toMatchObject({ ready: 0, by: 'passive-declare' });
    const message = { key: null, headers: [], body: utf8.encode('x') };
    expect(await narrow.publish({ ...message, to: { kind: 'channel', channel, routingKey: 'k', partition: null } })).toMatchObject({
      confirmed: false,
      why: 'not-allowed',
    });
    expect(await narrow.takeLetter({ inbox: forbidden.inbox, headers: [], body: null, maxDepth: 5 })).toMatchObject({
      taken: false,
      why: expect.stringMatching(/not-allowed|not-found/),
    });
    await world.api('DELETE', `users/${user}`);
  });
});

describe('losing and coming back', () => {
  it(
    '[R10] the connection is cut 30 times, at every step of a batch: what is stored is what was published',
    { timeout: 300_000 },
    async () => {
      const { channel } = await topicWithQueue();
      const name = fresh('tap');
      const store = new ContractStore(broker, name);
      const open = () => store.open({ include: [channel] });
      let tap = await open();
      let published = 0;
      const points = ['before reading', 'before storing', 'before settling', 'while settling', 'after settling'] as const;
      for (let round = 0; round < 30; round++) {
        // Half of the bodies are alike: nothing may depend on telling them apart.
        const some = Array.from({ length: 20 }, (_, index) => ({
          channel,
          routingKey: 'k',
          body: utf8.encode(index % 2 === 0 ? 'same' : `m${published + index}`),
        }));
        const publishing = publishRaw(world.link, some);
        published += some.length;
        const point = points[round % points.length]!;
        if (point === 'before reading') wire.cut();
        // When the batch came by a connection that is cut before it is stored, it is dropped and comes again: the reader opens the tap anew.
        const batch = await nextOf(tap, { records: 1 + Math.floor(Math.random() * 15), bytes: 1_000_000 });
        let anew = Math.random() < 0.3;
        if (point === 'before storing') {
          wire.cut();
          anew = true;
        } else {
          store.store(batch);
          if (point === 'before settling') wire.cut();
          const settling = tap.settle(batch);
          if (point === 'while settling') setTimeout(() => wire.cut(), Math.random() * 6);
          await settling.catch((error: unknown) => expect(isAppError(error) && error.code).toBe('tap-lost'));
          if (point === 'after settling') wire.cut();
        }
        await publishing;
        if (!anew) continue;
        await tap.close();
        tap = await open();
      }
      while (store.records.length < published) {
        const batch = await nextOf(tap);
        store.store(batch);
        await tap.settle(batch).catch(() => undefined);
      }
      await tap.close();
      expect(store.records.length).toBe(published);
      expect(new Set(bodies(store).filter((body) => body !== 'same')).size).toBe(published / 2);
      expect(store.gaps).toEqual([]);
      expect(await depth(tapQueueOf(name))).toBe(0);
    },
  );

  it('[R15] our queue is deleted: it is made again and reading goes on', async () => {
    const { channel } = await topicWithQueue();
    const { tap, store, name } = await listen([channel]);
    await publish(channel, 'k', 'before');
    await readUntil(tap, store, 1);
    const states: string[] = [];
    tap.onState((state) => states.push(state.status));
    await withChannel(world.link, (ch) => ch.deleteQueue(tapQueueOf(name)));
    await until('it was lost', () => states.includes('retrying'));
    await until('it listens again', () => tap.state().status === 'live');
    await publish(channel, 'k', 'after');
    await until('the event after it is read', async () => {
      const batch = await nextOf(tap);
      store.store(batch);
      await tap.settle(batch);
      return bodies(store).includes('after');
    });
    expect(bodies(store)).toEqual(['before', 'after']);
  });

  it('[R16] broker gone: said with what to do, tried again, live again by itself', async () => {
    const { channel } = await topicWithQueue();
    const { tap, store } = await listen([channel]);
    wire.refuse();
    await until(
      'it is said',
      () => tap.state().status === 'retrying' && tap.state().problem?.code === 'broker-unreachable' && tap.state().nextTryAt !== null,
    );
    expect(tap.state().problem!.cure).not.toBe('');
    await publish(channel, 'k', 'meanwhile');
    wire.mend();
    await until('it listens again', () => tap.state().status === 'live');
    await readUntil(tap, store, 1);
    expect(bodies(store)).toEqual(['meanwhile']);
  });

  it('[R16] wrong password and missing vhost are told apart, and a password set right heals by itself', async () => {
    const { channel } = await topicWithQueue();
    const user = fresh('user');
    await world.api('PUT', `users/${user}`, { password: 'another', tags: 'monitoring' });
    await world.api('PUT', `permissions/${world.vhost}/${user}`, { configure: '.*', write: '.*', read: '.*' });
    const url = new URL(world.url);
    url.username = user;
    url.password = 'secret';
    const wrong = openRabbitBroker({ name: 'wrong', url: url.href, apiUrl: world.apiUrl }, { log: silent });
    opened.push(wrong);
    const { tap } = await listen([channel], wrong);
    expect(problemOf(tap.state())).toBe('retrying broker-auth');
    expect(JSON.stringify(tap.state())).not.toContain('secret');
    url.pathname = '/nowhere';
    url.password = 'another';
    const nowhere = openRabbitBroker({ name: 'nowhere', url: url.href, apiUrl: world.apiUrl }, { log: silent });
    opened.push(nowhere);
    expect(problemOf((await listen([channel], nowhere)).tap.state())).toBe('retrying broker-permission');
    await world.api('PUT', `users/${user}`, { password: 'secret', tags: 'monitoring' });
    await until('the tap is live', () => tap.state().status === 'live');
    await tap.close();
    await world.api('DELETE', `users/${user}`);
  });

  it('[R17] management API gone: the tap reads on with the bindings it knows, says so, and recovers', async () => {
    const { channel } = await topicWithQueue();
    const { hostname, port } = new URL(world.apiUrl);
    const apiWire = await openWire({ host: hostname, port: Number(port) });
    const dependent = openBroker({ apiUrl: through(world.apiUrl, apiWire) });
    opened.push(dependent, apiWire);
    const { tap, store } = await listen([channel], dependent);
    apiWire.refuse();
    await until('it is said', () => tap.state().problem?.code === 'management-unreachable');
    expect(tap.state().status).toBe('live');
    await publish(channel, 'k', 'read all the same');
    await readUntil(tap, store, 1);
    expect(store.records[0]!.record.inboxes).toHaveLength(1);
    await expect(dependent.describe()).rejects.toMatchObject({ code: 'management-unreachable' });
    apiWire.mend();
    await until('it is over', () => tap.state().problem === null);
    await tap.close();
  });

  it('[R11] a second reader of the same tap is kept out and told so', async () => {
    const { channel } = await topicWithQueue();
    const { tap, name } = await listen([channel]);
    const second = await new ContractStore(broker, name).open({ include: [channel] });
    opened.push(second);
    expect(problemOf(second.state())).toBe('retrying tap-lost');
    await tap.close();
    await until('the second takes over', () => second.state().status === 'live');
  });

  it('[R14] what the cap dropped is a gap with its count', async () => {
    const { channel, inbox } = await topicWithQueue();
    const small = openBroker({ queueMaxBytes: 100_000 });
    opened.push(small);
    const { tap, store } = await listen([channel], small, { maxBufferedBytes: 20_000, maxBodyBytes: 10_000 });
    const count = 400;
    await publishRaw(
      world.link,
      Array.from({ length: count }, () => ({ channel, routingKey: 'k', body: new Uint8Array(1_000).fill(120) })),
    );
    expect(await depth(inbox)).toBe(count);
    await until('the gap is told', async () => {
      const batch = await nextOf(tap);
      store.store(batch);
      await tap.settle(batch);
      return store.gaps.length > 0;
    });
    expect(store.records.length).toBeLessThan(count);
    expect(store.gaps.map(({ reason, count: lost }) => [reason, lost])).toEqual([['dropped-by-cap', count - store.records.length]]);
  });
});

describe('writing', () => {
  it('[R50] the connection goes between sending and confirm: unknown, and sent once', async () => {
    const { channel, inbox } = await topicWithQueue();
    const message = {
      to: { kind: 'channel' as const, channel, routingKey: 'k', partition: null },
      key: null,
      headers: [],
      body: utf8.encode('once'),
    };
    expect(await publishDeaf(message)).toMatchObject({ confirmed: 'unknown' });
    expect((await world.application.consume(inbox, 1)).map(({ body }) => textOf(body))).toEqual(['once']);
    expect(await depth(inbox)).toBe(0);
  });

  it('[R51] a letter out of a queue of 20: the others stay, in order', async () => {
    const { channel, inbox } = await topicWithQueue();
    const { tap, store } = await listen([channel]);
    for (let index = 0; index < 20; index++)
      await publish(channel, 'k', `body ${index % 5}`, [amqpProperty('message-id', `m${index}`), ...EVERY_TYPE]);
    await readUntil(tap, store, 20);
    const { headers, body } = store.records[12]!.record;
    expect(await broker.takeLetter({ inbox, headers, body, maxDepth: 100 })).toEqual({ taken: true });
    expect(await broker.takeLetter({ inbox, headers, body, maxDepth: 100 })).toMatchObject({ taken: false, why: 'not-found' });
    expect(
      await broker.takeLetter({ inbox, headers: store.records[19]!.record.headers, body: store.records[19]!.record.body, maxDepth: 5 }),
    ).toMatchObject({ taken: false, why: 'too-deep' });
    const left = await world.application.consume(inbox, 19);
    const ids = left.map(({ headers: of }) => textOf(of!.find(({ name }) => name === 'message-id')!.value));
    expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => `m${index}`).filter((id) => id !== 'm12'));
  });

  it('[R52] near the delivery limit of a quorum queue nothing is touched', async () => {
    const channel = fresh('events');
    const inbox = `${channel}.quorum`;
    await exchange(channel, 'topic');
    await queue(inbox, { 'x-queue-type': 'quorum', 'x-delivery-limit': 4 }, { durable: true });
    await bind(inbox, channel, '#');
    const { tap, store } = await listen([channel]);
    await publish(channel, 'k', 'first');
    await publish(channel, 'k', 'second');
    await readUntil(tap, store, 2);
    const second = { inbox, headers: store.records[1]!.record.headers, body: store.records[1]!.record.body, maxDepth: 10 };
    // Each look that does not find its letter costs every message before it one delivery.
    const nobody = { ...second, body: utf8.encode('nobody') };
    const outcomes: string[] = [];
    for (let look = 0; look < 4; look++) {
      const outcome = await broker.takeLetter(nobody);
      outcomes.push(outcome.taken ? 'taken' : outcome.why);
    }
    expect(outcomes.at(-1)).toBe('delivery-limit-near');
    expect((await world.application.consume(inbox, 2)).map(({ body }) => textOf(body))).toEqual(['first', 'second']);
  });
});

describe('the picture', () => {
  it('[R45] dead-letter wiring, expiry, time to live and alternate exchange by argument and by policy', async () => {
    const [channel, lost] = [fresh('events'), fresh('lost')];
    await exchange(lost, 'fanout');
    await exchange(channel, 'topic');
    await queue(`${channel}.argument`, { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'q', 'x-message-ttl': 5_000 });
    await queue(`${channel}.policy`);
    await world.api('PUT', `policies/${world.vhost}/${channel}`, {
      pattern: `^${channel}\\.policy$`,
      'apply-to': 'queues',
      definition: { 'dead-letter-exchange': lost, expires: 600_000, 'message-ttl': 9_000 },
    });
    await world.api('PUT', `policies/${world.vhost}/${channel}-ae`, {
      pattern: `^${channel}$`,
      'apply-to': 'exchanges',
      definition: { 'alternate-exchange': lost },
    });
    const picture = await broker.describe();
    const inbox = (name: string) => picture.inboxes.find((one) => one.inbox === name);
    expect(inbox(`${channel}.argument`)).toMatchObject({
      deadLetterTo: { channel: '', routingKey: 'q', by: 'argument' },
      messageTtlMs: 5_000,
      expires: false,
    });
    expect(inbox(`${channel}.policy`)).toMatchObject({
      deadLetterTo: { channel: lost, routingKey: null, by: 'policy' },
      messageTtlMs: 9_000,
      expires: true,
    });
    expect(picture.channels.find((one) => one.channel === channel)).toMatchObject({
      alternate: lost,
      kind: 'exchange-topic',
      readable: { can: true },
    });
    expect(picture.product).toMatch(/^RabbitMQ \d+\.\d+/);
  });
});

const problemOf = (state: TapState): string => `${state.status} ${state.problem?.code}`;

/** Publishes through a wire that lets the opening of the channel pass, then no answer more, then breaks. */
async function publishDeaf(message: Parameters<Broker['publish']>[0]): Promise<unknown> {
  const { hostname, port } = new URL(world.url);
  const own = await openWire({ host: hostname, port: Number(port) });
  const deaf = openRabbitBroker({ name: 'deaf', url: through(world.url, own), apiUrl: world.apiUrl }, { log: silent });
  opened.push(deaf, own);
  const queueOf = message.to.kind === 'channel' ? `${message.to.channel}.queue` : message.to.queue;
  own.deafenAfterSending('once');
  const outcome = deaf.publish(message);
  await until('the message has arrived', async () => (await depth(queueOf)) === 1);
  own.cut();
  return outcome;
}
