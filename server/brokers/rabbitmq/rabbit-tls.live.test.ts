import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '@/scripts/brokers/processes';
import { type RunningRabbit, startRabbit } from '@/scripts/brokers/rabbit';
import type { Broker } from '../broker';
import { ContractStore, listens, readUntil } from '../broker.contract-tools';
import { openRabbitBroker } from './rabbit-broker';
import type { RabbitSettings } from './rabbit-settings';
import { type RabbitWorld, openRabbitWorld, publishRaw, silent, withChannel } from './rabbit-world.fixture';

/** A node that speaks TLS with a certificate of its own authority, on AMQP and on the management API. */
describe('RabbitMQ over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'eventyard-rabbit-tls-'));
  let node: RunningRabbit;
  let world: RabbitWorld;
  let settings: RabbitSettings;
  let ca: string;
  const open: Broker[] = [];

  beforeAll(async () => {
    const own = makeCertificate(folder, 'own');
    ca = readFileSync(own.cert, 'utf8');
    const [amqps = 0, https = 0] = await freePorts(2);
    const files = (prefix: string) => [
      `${prefix}.cacertfile = ${own.cert}`,
      `${prefix}.certfile = ${own.cert}`,
      `${prefix}.keyfile = ${own.key}`,
    ];
    node = await startRabbit({
      configuration: [
        `listeners.ssl.1 = 127.0.0.1:${amqps}`,
        ...files('ssl_options'),
        'ssl_options.verify = verify_none',
        'management.ssl.ip = 127.0.0.1',
        `management.ssl.port = ${https}`,
        ...files('management.ssl'),
      ],
    });
    world = await openRabbitWorld(node);
    await withChannel(world.link, async (channel) => {
      await channel.assertExchange('orders', 'topic', { durable: true });
      await channel.assertQueue('orders.queue', { durable: true });
      await channel.bindQueue('orders.queue', 'orders', '#');
    });
    settings = {
      name: 'tls',
      url: `amqps://guest:guest@127.0.0.1:${amqps}/${world.vhost}`,
      apiUrl: `https://guest:guest@127.0.0.1:${https}`,
    };
  }, 300_000);
  afterAll(async () => {
    await Promise.all(open.map((broker) => broker.close()));
    await node?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const brokerWith = (changes: Partial<RabbitSettings>): Broker => {
    const broker = openRabbitBroker({ ...settings, ...changes }, { log: silent });
    open.push(broker);
    return broker;
  };

  it('[R53] reads, describes and publishes with the authority that was given', async () => {
    const broker = brokerWith({ tls: { ca } });
    const store = new ContractStore(broker, 'tls');
    const tap = await store.open({ include: ['orders'] });
    await listens(tap, ['orders']);
    await publishRaw(world.link, [{ channel: 'orders', routingKey: 'k', body: new TextEncoder().encode('seen') }]);
    await readUntil(tap, store, 1);
    expect((await broker.describe()).inboxes.map(({ inbox }) => inbox)).toContain('orders.queue');
    const to = { kind: 'channel', channel: 'orders', routingKey: 'k', partition: null } as const;
    expect(await broker.publish({ to, key: null, headers: [], body: null })).toMatchObject({ confirmed: true });
  });

  it('[R53] a certificate that is not trusted is said, and what to do; nothing is read', async () => {
    const foreign = readFileSync(makeCertificate(folder, 'foreign').cert, 'utf8');
    for (const tls of [true, { ca: foreign }] as const) {
      const broker = brokerWith({ tls });
      const tap = await new ContractStore(broker, 'untrusted').open({ include: ['orders'] });
      expect(tap.state()).toMatchObject({
        status: 'retrying',
        problem: { code: 'broker-unreachable', text: expect.stringContaining('certificate'), cure: expect.stringContaining('tls.ca') },
      });
      expect(JSON.stringify(tap.state())).not.toContain('guest:guest');
      await expect(broker.describe()).rejects.toMatchObject({
        code: 'management-unreachable',
        message: expect.stringMatching(/CERT|certificate/i),
      });
    }
  });
});

function makeCertificate(folder: string, name: string): { readonly cert: string; readonly key: string } {
  const [key, cert] = [join(folder, `${name}-key.pem`), join(folder, `${name}.pem`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], {
    stdio: 'ignore',
  });
  return { cert, key };
}
