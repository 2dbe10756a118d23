import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Broker } from '../broker';
import { ContractStore, listens, readUntil, until } from '../broker.contract-tools';
import { freePorts } from '@/scripts/brokers/processes';
import { startGuardedKafka, user, type GuardedKafka } from './guarded-kafka.fixture';
import { batchOfNow, openKafkaApplication, silent, type KafkaApplication } from './kafka-application.fixture';
import { openKafkaBroker } from './kafka-broker';
import type { KafkaSettings } from './kafka-settings';

const text = (body: Uint8Array | null): string | null => (body === null ? null : Buffer.from(body).toString());
const bodies = (store: ContractStore): (string | null)[] => store.records.map(({ record }) => text(record.body));

describe('Kafka in trouble', () => {
  let guarded: GuardedKafka;
  let app: KafkaApplication;
  const open: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    guarded = await startGuardedKafka();
    app = await openKafkaApplication({ name: 'application', brokers: [guarded.plain] });
  }, 400_000);
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });
  afterAll(async () => {
    await app?.close();
    await guarded?.remove();
  });

  function brokerAt(settings: Omit<KafkaSettings, 'name'>): Broker {
    const broker = openKafkaBroker({ name: 'guarded', ...settings }, { log: silent });
    open.push(broker);
    return broker;
  }

  const put = (topic: string, value: string) => app.append(topic, 0, batchOfNow({ records: [{ value }] }));
  const send = (broker: Broker, channel: string) =>
    broker.publish({ to: { kind: 'channel', channel, routingKey: null, partition: null }, key: null, headers: [], body: Buffer.from('x') });

  async function reads(broker: Broker, topic: string): Promise<void> {
    await app.makeChannel(topic);
    await put(topic, 'seen');
    const store = new ContractStore(broker, 'tap');
    await readUntil(await store.open({ include: [topic] }), store, 1);
    expect(bodies(store)).toEqual(['seen']);
  }

  it.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('[K24] reads with SASL %s', async (mechanism) => {
    const broker = brokerAt({ brokers: [guarded.sasl], sasl: { mechanism, ...user } });
    await reads(broker, `with-${mechanism}`);
    expect(await send(broker, `with-${mechanism}`)).toMatchObject({ confirmed: true });
  });

  it('[K24] reads with SASL over TLS', async () => {
    await reads(brokerAt({ brokers: [guarded.tls], sasl: { mechanism: 'scram-sha-256', ...user }, tls: { ca: guarded.ca } }), 'with-tls');
  });

  it('[K23] a certificate that is not trusted is said, and what to do', async () => {
    const broker = brokerAt({ brokers: [guarded.tls], sasl: { mechanism: 'plain', ...user }, tls: true });
    await expect(broker.describe()).rejects.toMatchObject({
      name: 'AppError',
      code: 'broker-unreachable',
      message: expect.stringMatching(/certificate/),
    });
  });

  it('[K23] a wrong password is said without the password; the tap keeps trying', async () => {
    const broker = brokerAt({ brokers: [guarded.sasl], sasl: { mechanism: 'plain', username: user.username, password: 'wrong-password' } });
    const tap = await new ContractStore(broker, 'tap').open({ include: ['*'] });
    expect(tap.state()).toMatchObject({
      status: 'retrying',
      problem: { code: 'broker-auth', cure: expect.stringContaining('password') },
      nextTryAt: expect.any(Number),
    });
    expect(JSON.stringify(tap.state())).not.toContain('wrong-password');
    await expect(broker.describe()).rejects.toMatchObject({ name: 'AppError', code: 'broker-auth' });
    await expect(broker.sample({ watched: new Set() })).rejects.toMatchObject({ code: 'broker-auth' });
    expect(await send(broker, 'anything')).toMatchObject({ confirmed: false, why: 'not-allowed' });
  });

  it('[K23] an address where nobody listens is said with the address', async () => {
    const [port = 0] = await freePorts(1);
    const broker = brokerAt({ brokers: [`127.0.0.1:${port}`] });
    const tap = await new ContractStore(broker, 'tap').open({ include: ['*'] });
    expect(tap.state()).toMatchObject({
      status: 'retrying',
      problem: { code: 'broker-unreachable', text: expect.stringContaining(`127.0.0.1:${port}`) },
    });
    expect(await send(broker, 'anything')).toMatchObject({ confirmed: false, why: 'unreachable' });
  });

  it('[K23] a topic without the right to read stops no other; it is read as soon as the right is there', async () => {
    const admin = app.kafka.admin();
    await admin.connect();
    open.push({ close: () => admin.disconnect() });
    // A right for one user takes a topic away from all others: `reader` may see secret and not read it, and not even see hidden.
    const right = (topic: string, principal: string, operation: number) => ({
      resourceType: 2,
      resourceName: topic,
      resourcePatternType: 3,
      principal,
      host: '*',
      operation,
      permissionType: 3,
    });
    for (const topic of ['secret', 'hidden', 'public']) await app.makeChannel(topic);
    await admin.createAcls({ acl: [right('secret', `User:${user.username}`, 8), right('hidden', 'User:somebody', 2)] });
    await put('secret', 'hidden');
    await put('public', 'seen');
    const broker = brokerAt({ brokers: [guarded.sasl], sasl: { mechanism: 'plain', ...user } });
    await until('the right is gone', async () =>
      (await broker.describe()).channels.some((one) => one.channel === 'secret' && !one.readable.can),
    );
    const store = new ContractStore(broker, 'tap');
    const tap = await store.open({ include: ['secret', 'hidden', 'public'] });
    await readUntil(tap, store, 1);
    expect(bodies(store)).toEqual(['seen']);
    expect(tap.state().status).toBe('live');
    for (const subject of ['secret', 'hidden'])
      expect(tap.state().notes).toContainEqual({ kind: 'permission', subject, text: expect.stringContaining('READ') });
    expect((await broker.describe()).channels.find((one) => one.channel === 'secret')).toMatchObject({
      readable: { can: false, why: expect.stringContaining('right') },
    });
    expect(await send(broker, 'secret')).toMatchObject({ confirmed: false, why: 'not-allowed' });
    const all = (resourceName: string) => ({ resourceType: 2, resourceName, resourcePatternType: 3, operation: 1, permissionType: 1 });
    await admin.deleteAcls({ filters: [all('secret'), all('hidden')] });
    await readUntil(tap, store, 2);
    expect(bodies(store)).toEqual(['seen', 'hidden']);
    await until('the note is gone', () => tap.state().notes.length === 0);
  });

  it('[K2] the broker dies and comes back: the tap says so, goes on by itself, and has everything once; with our group too', async () => {
    const topic = 'survives';
    await app.makeChannel(topic);
    const listening = await Promise.all(
      [{}, { group: 'ours' }].map(async (more) => {
        const broker = brokerAt({ brokers: [guarded.plain], ...more });
        const store = new ContractStore(broker, 'tap');
        const tap = await store.open({ include: [topic] });
        await listens(tap, [topic]);
        return { broker, store, tap };
      }),
    );
    await put(topic, 'before');
    await Promise.all(listening.map(({ tap, store }) => readUntil(tap, store, 1)));
    await guarded.kafka.kill9();
    for (const { broker, tap } of listening) {
      await until('the tap says so', () => tap.state().status === 'retrying');
      expect(tap.state().problem?.code).toBe('broker-unreachable');
      expect(await send(broker, topic)).toMatchObject({ confirmed: false, why: 'unreachable' });
    }
    await guarded.kafka.restart();
    await until('Kafka takes messages again', () =>
      put(topic, 'after').then(
        () => true,
        () => false,
      ),
    );
    for (const { store, tap } of listening) {
      await readUntil(tap, store, 2);
      await until('the tap is live', () => tap.state().status === 'live');
      expect(bodies(store)).toEqual(['before', 'after']);
    }
  });
});
