import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { openProxy } from './proxy.fixture';
import { connectRabbit } from './rabbitmq';
import { realBrokers } from './real-brokers.fixture';
import { describeQueueTransport } from './transport.contract';
import type { Delivery, LogTransport } from './port';

/** The queue contract asks nothing of it. */
const noLog = { close: async () => {} } as LogTransport;

describeQueueTransport('RabbitMQ', async () => {
  const url = new URL(realBrokers().amqp);
  const proxy = await openProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  return {
    connect: async (who) => ({ rabbitmq: await connectRabbit(url.href, who, { time: (ms) => ms / 50 }), kafka: noLog }),
    outage: async (during) => {
      proxy.cut();
      await during();
      proxy.mend();
    },
    close: () => proxy.close(),
  };
});

it('[T3] [T10] a consumer whose channel the broker has closed takes up its work again', async () => {
  const queue = `closed-channel-${randomUUID().slice(0, 8)}`;
  const rabbit = await connectRabbit(realBrokers().amqp, { service: 'contract', instance: 1 }, { time: (ms) => ms / 50 });
  try {
    await rabbit.declare({
      exchanges: [{ name: queue, type: 'fanout' }],
      queues: [{ name: queue, arguments: { 'x-expires': 600_000 } }],
      bindings: [{ queue, exchange: queue, key: '' }],
    });
    const send = (id: string) =>
      rabbit.publish(queue, { id, type: 'thing.happened', key: '', body: new Uint8Array([1]), contentType: '', headers: {} });
    const given: Delivery[] = [];
    const consumer = await rabbit.consume(queue, { prefetch: 10 }, (delivery) => void given.push(delivery));
    await send('one');
    await vi.waitFor(() => expect(given).toHaveLength(1), { timeout: 60_000 });
    // Nobody may answer twice: the broker closes the channel.
    given[0]?.ack();
    given[0]?.ack();
    await send('two');
    await vi.waitFor(async () => expect(await rabbit.depth(queue)).toMatchObject({ consumers: 1 }), { timeout: 60_000 });
    await send('three');
    await vi.waitFor(() => expect(given.map(({ message }) => message.id)).toEqual(expect.arrayContaining(['two', 'three'])), {
      timeout: 60_000,
    });
    for (const { message, ack } of given) if (message.id === 'three') ack();
    await consumer.stop();
  } finally {
    await rabbit.close();
  }
});
