import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amqpProperty } from '@/lib/events/amqp-values';
import { type RunningRabbit, startRabbit } from '@/scripts/brokers/rabbit';
import type { Broker } from '../broker';
import { ContractStore, readUntil, until } from '../broker.contract-tools';
import { connectAmqp } from './amqp-client';
import { openRabbitBroker } from './rabbit-broker';
import { type RabbitWorld, openRabbitWorld, publishRaw, silent, withChannel } from './rabbit-world.fixture';

/** What needs a node of its own: one that is killed, and one without statistics. Both are the same node. */
let node: RunningRabbit;
let world: RabbitWorld;
let broker: Broker;

beforeAll(async () => {
  node = await startRabbit({ configuration: ['management.disable_stats = true', 'management.enable_queue_totals = true'] });
  world = await openRabbitWorld(node);
  broker = openRabbitBroker({ name: 'node', url: world.url, apiUrl: world.apiUrl }, { log: silent });
}, 300_000);
afterAll(async () => {
  await broker?.close();
  await node?.remove();
});

const bodies = (store: ContractStore): string[] => store.records.map(({ record }) => new TextDecoder().decode(record.body!));
const publish = (channel: string, from: number, to: number) =>
  publishRaw(
    world.link,
    Array.from({ length: to - from }, (_, index) => ({
      channel,
      routingKey: 'k',
      body: new TextEncoder().encode(`m${from + index}`),
      headers: [amqpProperty('delivery-mode', '2')],
    })),
  );

async function topicWithQueue(channel: string): Promise<void> {
  await withChannel(world.link, async (ch) => {
    await ch.assertExchange(channel, 'topic', { durable: true });
    await ch.assertQueue(`${channel}.queue`, { durable: true });
    await ch.bindQueue(`${channel}.queue`, channel, '#');
  });
}

describe('a node of its own', () => {
  it('[R46] with statistics disabled the depth is sampled, counters are null, and the picture says what is missing', async () => {
    await topicWithQueue('quiet');
    await publish('quiet', 0, 7);
    await until('the depth is known', async () => {
      const { queues } = await broker.sample({ watched: new Set() });
      return queues.find((one) => one.inbox === 'quiet.queue')?.ready === 7;
    });
    const { queues, channels } = await broker.sample({ watched: new Set(['quiet.queue']) });
    expect(queues.find((one) => one.inbox === 'quiet.queue')).toMatchObject({
      ready: 7,
      by: 'passive-declare',
      published: null,
      acked: null,
    });
    expect(channels.find((one) => one.channel === 'quiet')).toMatchObject({ publishedTotal: null });
    const picture = await broker.describe();
    expect(picture.missing.map(({ part }) => part)).toContain('consumers');
    expect(picture.inboxes.map(({ inbox }) => inbox)).toContain('quiet.queue');
  });

  it('[R47] with the Prometheus plugin there are depths, consumers and counters also where statistics are disabled', async () => {
    await topicWithQueue('measured');
    const measured = openRabbitBroker(
      { name: 'measured', url: world.url, apiUrl: world.apiUrl, prometheusUrl: node.prometheusUrl },
      { log: silent },
    );
    try {
      const first = await world.link.createConfirmChannel();
      for (let n = 0; n < 30; n++) first.publish('measured', 'k', Buffer.from('x'));
      await first.waitForConfirms();
      const consumer = await world.application.attachConsumer('measured.queue', 'billing');
      const sampleOf = async (watched: readonly string[]) => {
        const { queues, channels } = await measured.sample({ watched: new Set(watched) });
        return {
          queue: queues.find((one) => one.inbox === 'measured.queue'),
          channel: channels.find((one) => one.channel === 'measured'),
        };
      };
      await until('everything is counted', async () => {
        const { queue, channel } = await sampleOf([]);
        return (
          queue?.acked === 30 && queue.delivered === 30 && queue.published === 30 && queue.consumers === 1 && channel?.publishedTotal === 30
        );
      });
      expect((await sampleOf([])).queue).toMatchObject({ ready: 0, unacked: 0, redelivered: 0, by: 'prometheus' });
      await consumer.detach();
      await first.close();
      // The channels that counted the first ones are gone; what they counted is not. Of a channel that goes at once nothing is told.
      const channel = await world.link.createConfirmChannel();
      for (let n = 0; n < 10; n++) channel.publish('measured', 'k', Buffer.from('x'));
      await channel.waitForConfirms();
      await until('it counts on', async () => ((await sampleOf([])).queue?.published ?? 0) >= 40);
      await channel.close();
      await until('the depth is that of now', async () => (await sampleOf(['measured.queue'])).queue?.ready === 10);
    } finally {
      await measured.close();
    }
  });

  it('[R47] without an answer of the plugin depths come from the management API, and it is said', async () => {
    await topicWithQueue('unmeasured');
    await publish('unmeasured', 0, 3);
    const measured = openRabbitBroker(
      { name: 'measured', url: world.url, apiUrl: world.apiUrl, prometheusUrl: 'http://127.0.0.1:1/metrics' },
      { log: silent },
    );
    try {
      await until('the depth is known', async () => {
        const { queues } = await measured.sample({ watched: new Set() });
        return queues.find((one) => one.inbox === 'unmeasured.queue')?.ready === 3;
      });
      expect((await measured.describe()).missing).toContainEqual({
        part: 'rates',
        reason: expect.stringContaining('Prometheus plugin at 127.0.0.1:1'),
      });
    } finally {
      await measured.close();
    }
  });

  it('[R54] where the broker tells of changes a new binding is followed at once, and a removed one too', async () => {
    const link = await connectAmqp(`${node.amqpUrl}/%2f`);
    const told = openRabbitBroker({ name: 'told', url: `${node.amqpUrl}/%2f`, apiUrl: node.apiUrl }, { log: silent });
    try {
      await withChannel(link, (channel) => channel.assertExchange('told', 'topic'));
      const store = new ContractStore(told, 'told');
      // A look by itself comes too late for this test.
      const tap = await store.open({ include: ['told'], discoverEveryMs: 3_600_000 });
      await until('the broker tells us', () => tap.state().notes.some(({ text }) => text.includes('as soon as the broker tells')));
      await withChannel(link, async (channel) => {
        await channel.assertQueue('told.queue');
        await channel.bindQueue('told.queue', 'told', 'order.*');
      });
      const publishOne = (body: string) =>
        publishRaw(link, [{ channel: 'told', routingKey: 'order.placed', body: new TextEncoder().encode(body) }]).then(
          ([outcome]) => outcome,
        );
      await until('it is bound', async () => {
        await publishOne('heard');
        return tap.state().channels.includes('told');
      });
      // The last one may have come a moment before the binding.
      await publishOne('heard');
      await readUntil(tap, store, 1);
      expect(store.records[0]!.record.inboxes.map(({ inbox }) => inbox)).toEqual(['told.queue']);
      await withChannel(link, (channel) => channel.unbindQueue('told.queue', 'told', 'order.*'));
      await until('it is unroutable again', async () => (await publishOne('x')) === 'returned');
    } finally {
      await told.close();
      await link.close();
    }
  });

  it('[R19] the broker is killed while the tap reads: it reads on, nothing twice, durable messages all', { timeout: 300_000 }, async () => {
    await topicWithQueue('orders');
    const store = new ContractStore(broker, 'killed');
    const tap = await store.open({ include: ['orders'] });
    await publish('orders', 0, 60);
    await readUntil(tap, store, 30, { records: 20, bytes: 1_000_000 });
    // Stored, and the broker dies before it hears of it.
    const last = await tap.next({ records: 10, bytes: 1_000_000 });
    store.store(last!);
    await node.kill9();
    await expect(tap.settle(last!)).rejects.toMatchObject({ code: 'tap-lost' });
    await until('it is said', () => tap.state().status === 'retrying');
    await node.restart();
    await until('the tap listens again', () => tap.state().status === 'live');
    await readUntil(tap, store, 60);
    expect(bodies(store)).toEqual(Array.from({ length: 60 }, (_, index) => `m${index}`));
    expect(store.gaps.map(({ reason }) => reason)).toEqual(['broker-crash']);
    await tap.close();
  });
});
