import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amqpProperty } from '@/lib/events/amqp-values';
import { type RunningRabbit, startRabbit } from '@/scripts/brokers/rabbit';
import type { Broker } from '../broker';
import { ContractStore, readUntil, until } from '../broker.contract-tools';
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
