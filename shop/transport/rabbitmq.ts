import type { Channel } from 'amqplib';
import type { Identity, QueueTransport } from './port';
import { Confirms } from './rabbitmq/confirms';
import { consume, declare } from './rabbitmq/consuming';
import { AmqpLink } from './rabbitmq/link';
import { fromAmqp } from './rabbitmq/messages';

export interface RabbitOptions {
  /** Every wait goes through it. */
  readonly time: (ms: number) => number;
}

const RECONNECT_MS = 10_000;

/** RabbitMQ: one connection an instance, one channel for confirms, one a consumer. */
export async function connectRabbit(url: string, who: Identity, { time }: RabbitOptions): Promise<QueueTransport> {
  const link = await AmqpLink.open({ url, who, reconnectMs: Math.max(100, time(RECONNECT_MS)) });
  const confirms = new Confirms(link);

  /** For questions whose answer may close the channel. */
  async function asking<T>(ask: (channel: Channel) => Promise<T>): Promise<T> {
    const channel = await link.connection().createChannel();
    channel.on('error', () => {});
    try {
      return await ask(channel);
    } finally {
      await channel.close().catch(() => {});
    }
  }

  return {
    kind: 'rabbitmq',
    state: () => link.state(),
    onState: (listener) => link.onState(listener),
    declare: (topology) => declare(link.connection(), topology),
    publish: (exchange, message, { mandatory = false } = {}) => confirms.publish(exchange, message, mandatory),
    consume: (queue, options, onDelivery) => consume(link, queue, options, onDelivery),
    depth: (queue) =>
      asking(async (channel) => {
        const { messageCount, consumerCount } = await channel.checkQueue(queue);
        return { ready: messageCount, consumers: consumerCount };
      }).catch((error: { code?: number }) => {
        if (error.code === 404) return null;
        throw error;
      }),
    get: (queue) =>
      asking(async (channel) => {
        const got = await channel.get(queue, { noAck: true });
        return got === false ? null : fromAmqp(got);
      }),
    close: () => link.close(),
    crash: () => link.crash(),
  };
}
