import { execFile, type ChildProcess } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import * as snappy from 'snappyjs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Broker, Tap, TapOptions } from '../broker';
import { ContractStore, listens, readUntil, until } from '../broker.contract-tools';
import { inboxOfGroup } from '@/lib/events/names';
import { makeTopics } from '@/scripts/brokers/make-topics';
import { kafkaToolArguments } from './kafka-tools.fixture';
import { batchOfNow, openKafkaApplication, silent, testSettings, type KafkaApplication } from './kafka-application.fixture';
import { openKafkaBroker } from './kafka-broker';
import { encodeConsumerGroupDescribe } from './wire/group-describe';
import { readShareGroupDescribe, SHARE_GROUP_DESCRIBE } from './wire/share-group';

const run = Math.random().toString(36).slice(2, 8);
let made = 0;
const fresh = (what: string): string => `promise-${run}-${++made}.${what}`;
const text = (body: Uint8Array | null): string | null => (body === null ? null : Buffer.from(body).toString());
const bodies = (store: ContractStore): (string | null)[] => store.records.map(({ record }) => text(record.body));

describe('Kafka by itself', () => {
  let app: KafkaApplication;
  let broker: Broker;
  const open: { close(): Promise<void> }[] = [];
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    app = await openKafkaApplication();
    broker = openKafkaBroker(testSettings(), { log: silent });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  afterAll(async () => {
    await broker.close();
    await app.close();
  });

  const storeOf = (of: Broker = broker): ContractStore => new ContractStore(of, fresh('tap'));

  async function listen(store: ContractStore, topic: string, more: Partial<TapOptions> = {}): Promise<Tap> {
    const tap = await store.open({ include: [topic], ...more });
    open.push(tap);
    return tap;
  }

  /** A preview in 4.1, which a cluster may have off: it then knows no version of the question. */
  async function hasShareGroups(): Promise<boolean> {
    const request = { apiKey: SHARE_GROUP_DESCRIBE, apiName: 'ShareGroupDescribe', apiVersion: 1 };
    const { coordinator } = await app.link.ask<{ coordinator: { nodeId: number } }>(null, 'GroupCoordinator', {
      groupId: 'nobody',
      coordinatorType: 0,
    });
    if ((await app.link.versionOf(coordinator.nodeId, SHARE_GROUP_DESCRIBE)) < 1) return false;
    const { groups } = await app.link.send(coordinator.nodeId, {
      ...request,
      bytes: encodeConsumerGroupDescribe(['nobody']),
      read: readShareGroupDescribe,
    });
    const unsupportedVersion = 35;
    return groups.every(({ errorCode }) => errorCode !== unsupportedVersion);
  }

  const plain = (...values: string[]) => values.map((value) => ({ value }));

  describe('codecs', () => {
    it.each<[string, number, (bytes: Buffer) => Buffer]>([
      ['gzip', 1, (bytes) => gzipSync(bytes)],
      ['gzip with bytes after its end', 1, (bytes) => Buffer.concat([gzipSync(bytes), Buffer.from('trailing')])],
      ['snappy', 2, (bytes) => snappy.compress(bytes)],
      ['lz4', 3, (bytes) => compressFrameSync(bytes)],
    ])('[K12] %s, as the broker took it', async (_, codec, pack) => {
      const topic = fresh('packed');
      await app.makeChannel(topic);
      await app.append(topic, 0, batchOfNow({ codec, pack, records: plain('a', 'b', 'c') }));
      await app.append(topic, 0, batchOfNow({ records: plain('after') }));
      const store = storeOf();
      await readUntil(await listen(store, topic), store, 4);
      expect(bodies(store)).toEqual(['a', 'b', 'c', 'after']);
      expect(store.gaps).toEqual([]);
    });

    it.each(['gzip', 'snappy', 'lz4', 'zstd'])('[K12] %s, as the Java producer packs it', async (codec) => {
      const topic = fresh('java');
      await app.makeChannel(topic);
      const properties = [
        `bootstrap.servers=${testSettings().brokers[0]}`,
        `compression.type=${codec}`,
        'linger.ms=50',
        'batch.size=65536',
      ];
      await tool('org.apache.kafka.tools.ProducerPerformance', [
        '--topic',
        topic,
        '--num-records',
        '500',
        '--record-size',
        '300',
        '--throughput',
        '-1',
        '--producer-props',
        ...properties,
      ]);
      const store = storeOf();
      await readUntil(await listen(store, topic), store, 500);
      expect(store.gaps).toEqual([]);
      expect(store.records.map(({ record }) => record.offset)).toEqual(Array.from({ length: 500 }, (_, offset) => offset));
      expect(new Set(store.records.map(({ record }) => record.bodySize))).toEqual(new Set([300]));
    });
  });

  it('[K13] a batch that cannot be unpacked holds neither its partition nor another', async () => {
    const topic = fresh('torn');
    await app.makeChannel(topic, { partitions: 2 });
    if (typeof app.undecodable === 'function') await app.undecodable(topic);
    await app.append(topic, 0, batchOfNow({ records: plain('behind') }));
    await app.append(topic, 1, batchOfNow({ records: plain('beside') }));
    const store = storeOf();
    await readUntil(await listen(store, topic), store, 3);
    expect(bodies(store).sort()).toEqual(['behind', 'beside']);
    expect(store.gaps).toMatchObject([{ channel: topic, partition: 0, fromOffset: 0, toOffset: 0, count: 1, reason: 'codec' }]);
  });

  describe('transactions', () => {
    it('[K15] what is committed is read, what is rolled back is not, markers are no events', async () => {
      const topic = fresh('transactions');
      await app.makeChannel(topic);
      const producer = app.kafka.producer({
        transactionalId: fresh('producer'),
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
      });
      await producer.connect();
      const inTransaction = async (value: string, end: 'commit' | 'abort') => {
        const transaction = await producer.transaction();
        for (let i = 0; i < 3; i++) await transaction.send({ topic, messages: [{ value: `${value}${i}` }] });
        await transaction[end]();
      };
      try {
        await inTransaction('yes', 'commit');
        await inTransaction('no', 'abort');
        await inTransaction('also', 'commit');
        await inTransaction('never', 'abort');
      } finally {
        await producer.disconnect();
      }
      await app.append(topic, 0, batchOfNow({ records: plain('end') }));
      const store = storeOf();
      const tap = await listen(store, topic);
      await readUntil(tap, store, 7);
      expect(bodies(store)).toEqual(['yes0', 'yes1', 'yes2', 'also0', 'also1', 'also2', 'end']);
      expect(store.gaps).toEqual([]);
      // Twelve records, four markers and the last one lie before it.
      expect(store.resume().offsets.get(topic)?.get(0)).toBe(17);
      await tap.close();
      await app.append(topic, 0, batchOfNow({ records: plain('after the restart') }));
      await readUntil(await listen(store, topic), store, 8);
      expect(bodies(store).slice(7)).toEqual(['after the restart']);
    });

    it('[K20] while one is open the last stable offset stays behind the high watermark', async () => {
      const topic = fresh('open');
      await app.makeChannel(topic);
      const inbox = await app.makeInbox(topic, fresh('group'));
      const producer = app.kafka.producer({
        transactionalId: fresh('producer'),
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
      });
      await producer.connect();
      const transaction = await producer.transaction();
      try {
        await transaction.send({ topic, messages: [{ value: '1' }, { value: '2' }] });
        const sample = (await broker.sample({ watched: new Set([inbox]) })).groups.find((one) => one.inbox === inbox);
        expect(sample?.partitions).toEqual([{ partition: 0, committed: 0, logStart: 0, highWatermark: 2, lastStable: 0 }]);
      } finally {
        await transaction.abort();
        await producer.disconnect();
      }
    });
  });

  describe('finding and losing', () => {
    it('[K3] a topic made later is found and read from its start, also when reading began with now', async () => {
      const before = fresh('before');
      const later = fresh('later');
      await app.makeChannel(before);
      await app.append(before, 0, batchOfNow({ records: plain('old') }));
      const store = storeOf();
      const tap = await listen(store, `promise-${run}-*`, { startAt: 'now', include: [before, later] });
      await listens(tap, [before]);
      await app.makeChannel(later);
      await app.append(later, 0, batchOfNow({ records: plain('first of the new one') }));
      await readUntil(tap, store, 1);
      await app.append(before, 0, batchOfNow({ records: plain('new') }));
      await readUntil(tap, store, 2);
      expect(bodies(store)).toEqual(['first of the new one', 'new']);
    });

    it('[K5] a deleted topic is let go, and nobody makes it again; made anew by its owner it is read from its start', async () => {
      const topic = fresh('deleted');
      const other = fresh('stays');
      await app.makeChannel(topic);
      await app.makeChannel(other);
      await app.append(topic, 0, batchOfNow({ records: plain('a', 'b', 'c') }));
      const store = storeOf();
      const tap = await listen(store, topic, { include: [topic, other] });
      await readUntil(tap, store, 3);
      await app.deleteChannel(topic);
      await until('the tap has let it go', () => !tap.state().channels.includes(topic));
      await app.append(other, 0, batchOfNow({ records: plain('other') }));
      await readUntil(tap, store, 4);
      await broker.sample({ watched: new Set() });
      expect(
        await broker.publish({
          to: { kind: 'channel', channel: topic, routingKey: null, partition: null },
          key: null,
          headers: [],
          body: null,
        }),
      ).toMatchObject({ confirmed: false, why: 'refused' });
      expect((await broker.describe()).channels.map((one) => one.channel)).not.toContain(topic);
      expect(tap.state().notes).toContainEqual(expect.objectContaining({ kind: 'not-readable', subject: topic }));
      await app.makeChannel(topic);
      await app.append(topic, 0, batchOfNow({ records: plain('anew') }));
      await readUntil(tap, store, 5);
      expect(bodies(store)).toEqual(['a', 'b', 'c', 'other', 'anew']);
    });

    it('[K6] what retention took before it was read is a counted gap', async () => {
      const topic = fresh('retention');
      await app.makeChannel(topic);
      await app.append(topic, 0, batchOfNow({ records: plain('a', 'b', 'c', 'd', 'e') }));
      const store = storeOf();
      const tap = await listen(store, topic);
      await readUntil(tap, store, 2, { records: 2, bytes: 1_000_000 });
      await tap.close();
      const admin = app.kafka.admin();
      await admin.connect();
      // kafkajs forgets to load the topic's metadata first.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] });
      await admin.disconnect();
      await readUntil(await listen(store, topic), store, 4);
      expect(bodies(store)).toEqual(['a', 'b', 'e']);
      expect(store.gaps).toMatchObject([
        { channel: topic, partition: 0, fromOffset: 2, toOffset: 3, count: 2, reason: 'lost-to-retention' },
      ]);
    });

    it('[K4] internal topics are in the picture with the reason why they are not read', async () => {
      await until('Kafka has its own topic', async () => {
        await app.makeInbox(await topicWithGroup(), fresh('group'));
        return (await broker.describe()).channels.some((one) => one.channel === '__consumer_offsets');
      });
      const own = (await broker.describe()).channels.find((one) => one.channel === '__consumer_offsets');
      expect(own).toMatchObject({ internal: true, readable: { can: false, why: expect.stringContaining('internal') } });
    });
  });

  async function topicWithGroup(): Promise<string> {
    const topic = fresh('grouped');
    await app.makeChannel(topic);
    return topic;
  }

  describe('groups', () => {
    it('[K21] a group of the new protocol shows its members and their partitions, and is never called dead', async () => {
      const topic = fresh('modern');
      const group = fresh('group');
      await app.makeChannel(topic, { partitions: 2 });
      const properties = ['group.protocol=consumer', 'client.id=ledger/7', 'auto.offset.reset=earliest'].flatMap((one) => [
        '--consumer-property',
        one,
      ]);
      await startTool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
        '--bootstrap-server',
        testSettings().brokers[0] ?? '',
        '--topic',
        topic,
        '--group',
        group,
        ...properties,
      ]);
      const inbox = inboxOfGroup(topic, group);
      const find = async () => (await broker.describe()).inboxes.find((one) => one.inbox === inbox);
      await until('the member has its partitions', async () => (await find())?.consumers[0]?.partitions.length === 2);
      expect(await find()).toMatchObject({
        protocol: 'consumer',
        state: 'stable',
        consumers: [{ service: 'ledger', rawName: 'ledger/7', host: '127.0.0.1', partitions: [0, 1] }],
      });
      await app.append(topic, 1, batchOfNow({ records: plain('a') }));
      const watched = async () => (await broker.sample({ watched: new Set([inbox]) })).groups.find((one) => one.inbox === inbox);
      await until('it has committed', async () => (await watched())?.partitions[1]?.committed === 1);
      expect(await watched()).toMatchObject({ protocol: 'consumer', state: 'stable', members: 1, topic, group });
    });

    it('[K21] a share group shows its members and how far everything was taken, and is never called dead', async ({ skip }) => {
      skip(!(await hasShareGroups()), 'this cluster has share groups switched off (share.version)');
      const topic = fresh('shared');
      const group = fresh('share');
      await app.makeChannel(topic, { partitions: 2 });
      await startTool('org.apache.kafka.tools.consumer.ConsoleShareConsumer', [
        '--bootstrap-server',
        testSettings().brokers[0] ?? '',
        '--topic',
        topic,
        '--group',
        group,
        '--consumer-property',
        'client.id=parcels/3',
      ]);
      const inbox = inboxOfGroup(topic, group);
      const find = async () => (await broker.describe()).inboxes.find((one) => one.inbox === inbox);
      await until('the member is there', async () => (await find())?.consumers[0]?.partitions.length === 2);
      expect(await find()).toMatchObject({
        protocol: 'share',
        state: 'stable',
        consumers: [{ service: 'parcels', rawName: 'parcels/3', host: '127.0.0.1', partitions: [0, 1] }],
      });
      const watched = async () => (await broker.sample({ watched: new Set([inbox]) })).groups.find((one) => one.inbox === inbox);
      await until('it has taken what there was', async () => {
        await app.append(topic, 1, batchOfNow({ records: plain('a') }));
        return ((await watched())?.partitions[1]?.committed ?? 0) > 0;
      });
      expect(await watched()).toMatchObject({ protocol: 'share', state: 'stable', members: 1, topic, group });
      expect((await broker.describe()).missing.filter(({ part }) => part.includes('share'))).toEqual([]);
    });

    it('[K20] never committed is null; a watched call asks for nothing else', async () => {
      const topic = fresh('orders');
      const other = fresh('others');
      await app.makeChannel(topic, { partitions: 2 });
      await app.makeChannel(other);
      const inbox = await app.makeInbox(topic, fresh('group'));
      await app.makeInbox(other, fresh('group'));
      const newcomer = inboxOfGroup(topic, fresh('newcomer'));
      const consumer = await app.attachConsumer(newcomer, 'slow');
      open.push({ close: () => consumer.detach() });
      const all = await broker.sample({ watched: new Set() });
      expect(all.groups.find((one) => one.inbox === newcomer)).toMatchObject({
        members: 1,
        state: 'stable',
        protocol: 'classic',
        partitions: [{ committed: null }, { committed: null }],
      });
      const watched = await broker.sample({ watched: new Set([inbox]) });
      expect(watched.groups.map((one) => one.inbox)).toEqual([inbox]);
      expect(watched.channels).toEqual([{ channel: topic, publishedTotal: null, endOffset: 0 }]);
    });
  });

  describe('our own group', () => {
    it('[K9] the first batch says where every partition begins, so that a quiet one has a checkpoint too', async () => {
      const topic = fresh('quiet');
      await app.makeChannel(topic, { partitions: 3 });
      await app.append(topic, 2, batchOfNow({ records: plain('before') }));
      const store = storeOf();
      const tap = await listen(store, topic, { startAt: 'now' });
      await listens(tap, [topic]);
      await app.append(topic, 0, batchOfNow({ records: plain('a') }));
      await readUntil(tap, store, 1);
      expect(store.resume().offsets.get(topic)).toEqual(
        new Map([
          [0, 1],
          [1, 0],
          [2, 1],
        ]),
      );
      expect(bodies(store)).toEqual(['a']);
    });

    it('[K7] a tap that nobody reads fetches no more than its budget and says paused; read again it is live and misses nothing', async () => {
      const topic = fresh('stalled');
      await app.makeChannel(topic);
      const body = 'x'.repeat(50_000);
      const store = storeOf();
      const tap = await listen(store, topic, { maxBufferedBytes: 200_000 });
      await listens(tap, [topic]);
      for (let n = 0; n < 40; n++) await app.append(topic, 0, batchOfNow({ records: plain(`${n} ${body}`) }));
      await until('it says paused', () => tap.state().status === 'paused');
      await readUntil(tap, store, 40);
      expect(bodies(store).map((one) => one?.split(' ')[0])).toEqual(Array.from({ length: 40 }, (_, n) => String(n)));
      await until('it is live again', () => tap.state().status === 'live');
    });

    it('[K8] two taps share the partitions; what one leaves the other goes on with; nothing is missing, nothing twice', async () => {
      const topic = fresh('shared');
      const group = fresh('ours');
      await app.makeChannel(topic, { partitions: 4 });
      const own = openKafkaBroker(testSettings({ group }), { log: silent });
      open.push(own);
      const publish = async (from: number, to: number) => {
        for (let i = from; i < to; i++) await app.append(topic, i % 4, batchOfNow({ records: plain(`m${i}`) }));
      };
      const first = storeOf(own);
      const second = storeOf(own);
      await publish(0, 20);
      const one = await listen(first, topic);
      await readUntil(one, first, 20);
      const two = await listen(second, topic);
      const readAll = (tap: Tap, store: ContractStore) => readFor(tap, store);
      const reading = [readAll(one, first), readAll(two, second)];
      await until('both have a share', async () => {
        const inbox = (await own.describe()).inboxes.find((each) => each.inbox === inboxOfGroup(topic, group));
        return inbox?.ours === true && inbox.consumers.length === 2 && inbox.consumers.every((each) => each.partitions.length === 2);
      });
      await publish(20, 60);
      await until('all of the second lot is stored', () => first.records.length + second.records.length >= 60);
      expect(second.records.length).toBeGreaterThan(0);
      await two.close();
      await publish(60, 80);
      await until('the first has taken over', () => first.records.length + second.records.length >= 80);
      await one.close();
      await Promise.all(reading);
      const all = [...bodies(first), ...bodies(second)];
      expect(all.sort()).toEqual(Array.from({ length: 80 }, (_, i) => `m${i}`).sort());
      const samples = await own.sample({ watched: new Set() });
      expect(samples.groups.map((each) => each.group)).not.toContain(group);
    });

    it('[K8] the position is on the broker: a new collector without any store goes on where the last one stood', async () => {
      const topic = fresh('position');
      const group = fresh('ours');
      await app.makeChannel(topic);
      const own = openKafkaBroker(testSettings({ group }), { log: silent });
      open.push(own);
      await app.append(topic, 0, batchOfNow({ records: plain('a', 'b', 'c') }));
      const first = storeOf(own);
      const tap = await listen(first, topic);
      await readUntil(tap, first, 2, { records: 2, bytes: 1_000_000 });
      await tap.close();
      const second = storeOf(own);
      await readUntil(await listen(second, topic), second, 1);
      expect(bodies(second)).toEqual(['c']);
    });
  });

  describe('publishing', () => {
    const to = (channel: string, partition: number | null = null) => ({ kind: 'channel', channel, routingKey: null, partition }) as const;
    const header = (name: string, value: string | null) => ({ name, wire: 'kafka', value: value === null ? null : Buffer.from(value) });

    it('[K17] keeps order across names, doubles, null values; tombstones; tells partition and offset', async () => {
      const topic = fresh('target');
      await app.makeChannel(topic, { partitions: 3 });
      const headers = [header('b', '1'), header('a', null), header('b', '2'), header('a', '')];
      expect(await broker.publish({ to: to(topic, 2), key: Buffer.from('k'), headers, body: Buffer.from('x') })).toEqual({
        confirmed: true,
        partition: 2,
        offset: 0,
      });
      expect(await broker.publish({ to: to(topic, 2), key: null, headers: [], body: null })).toEqual({
        confirmed: true,
        partition: 2,
        offset: 1,
      });
      const store = storeOf();
      await readUntil(await listen(store, topic), store, 2);
      expect(store.records[0]?.record.headers.map(({ name, value }) => [name, text(value)])).toEqual([
        ['b', '1'],
        ['a', null],
        ['b', '2'],
        ['a', ''],
      ]);
      expect(store.records[1]?.record).toMatchObject({ key: null, body: null, bodySize: 0 });
    });

    it('[K17] puts a key where other clients put it', async () => {
      const topic = fresh('keyed');
      await app.makeChannel(topic, { partitions: 8 });
      const producer = app.kafka.producer({ allowAutoTopicCreation: false });
      await producer.connect();
      try {
        for (const key of ['order-1', 'order-2', 'ümlaut', 'x']) {
          const [theirs] = await producer.send({ topic, messages: [{ key, value: '1' }] });
          expect(await broker.publish({ to: to(topic), key: Buffer.from(key), headers: [], body: null })).toMatchObject({
            confirmed: true,
            partition: theirs?.partition,
          });
        }
      } finally {
        await producer.disconnect();
      }
    });

    it('[K18] refuses by name', async () => {
      const topic = fresh('narrow');
      const admin = app.kafka.admin();
      await admin.connect();
      await makeTopics(admin, [{ topic, configEntries: [{ name: 'max.message.bytes', value: '1000' }] }]);
      const publish = (more: Partial<Parameters<Broker['publish']>[0]>) =>
        broker.publish({ to: to(topic), key: null, headers: [], body: Buffer.from('x'), ...more });
      try {
        expect(await publish({ body: Buffer.alloc(5_000) })).toMatchObject({ confirmed: false, why: 'too-large' });
        expect(await publish({ to: to(topic, 7) })).toMatchObject({ confirmed: false, why: 'refused' });
        expect(await publish({ to: { kind: 'queue', queue: 'q' } })).toMatchObject({ confirmed: false, why: 'refused' });
        expect(await publish({})).toMatchObject({ confirmed: true });
      } finally {
        await admin.deleteTopics({ topics: [topic] });
        await admin.disconnect();
      }
    });
  });

  it('[K1] a tap that is closed at any moment of its start leaves no connection behind', async () => {
    const connections = (): number => process.getActiveResourcesInfo().filter((one) => one === 'TCPSocketWrap').length;
    await broker.describe();
    const before = connections();
    for (let turns = 0; turns < 30; turns++) {
      const tap = await storeOf().open({ include: ['*'], startAt: 'now' });
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      await tap.close();
    }
    await until('the connections are gone', () => connections() <= before);
  });

  it('[K22] names the product', async () => {
    expect((await broker.describe()).product).toMatch(/^Kafka \d+\.\d+$/);
  });

  async function startTool(main: string, args: readonly string[]): Promise<void> {
    children.push(execFile('java', await kafkaToolArguments(main, args)));
  }

  async function tool(main: string, args: readonly string[]): Promise<void> {
    const given = await kafkaToolArguments(main, args);
    await new Promise<void>((resolve, reject) =>
      children.push(execFile('java', given, (error) => (error === null ? resolve() : reject(error)))),
    );
  }
});

/** Reads and stores until the tap is closed; a batch whose partitions went meanwhile is stored all the same only if it could be settled. */
async function readFor(tap: Tap, store: ContractStore): Promise<void> {
  for (;;) {
    const batch = await tap.next({ records: 5, bytes: 1_000_000 });
    if (batch === null) return;
    store.store(batch);
    await tap.settle(batch).catch(() => undefined);
  }
}
