import amqp, { type ChannelModel, type ConfirmChannel } from 'amqplib';
import { shopMessages, type ShopMessage } from './shop-messages';

/** A topic exchange with one queue of an application bound to it, which gets everything. */
export interface BenchExchange {
  readonly exchange: string;
  readonly queue: string;
  readonly channel: ConfirmChannel;
  /** Publishes so many shop messages, each confirmed. */
  fill(messages: number): Promise<void>;
  /** Removes what a tap of this name has made, so that the broker copies nothing to it any more. */
  removeTap(tap: string): Promise<void>;
  remove(): Promise<void>;
}

const IN_FLIGHT = 1_000;

export async function aBenchExchange(url: string): Promise<BenchExchange> {
  const connection: ChannelModel = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  const exchange = `bench-${process.pid}`;
  const queue = `bench-${process.pid}.orders`;
  await channel.assertExchange(exchange, 'topic', { durable: true });
  await channel.assertQueue(queue, { durable: true });
  await channel.bindQueue(queue, exchange, '#');
  const next = shopMessages();
  return {
    exchange,
    queue,
    channel,
    async fill(messages) {
      for (let sent = 0; sent < messages;) {
        for (const end = Math.min(messages, sent + IN_FLIGHT); sent < end; sent++) publishShop(channel, exchange, next());
        await channel.waitForConfirms();
      }
    },
    async removeTap(tap) {
      for (const name of ['tap', 'boot', 'position']) await channel.deleteQueue(`eventyard.${name}.${tap}`);
    },
    async remove() {
      await channel.deleteQueue(queue);
      await channel.deleteExchange(exchange);
      await connection.close();
    },
  };
}

export function publishShop(channel: ConfirmChannel, exchange: string, message: ShopMessage, confirmed?: (error: unknown) => void): void {
  const { type, headers, body } = message;
  channel.publish(
    exchange,
    type,
    body,
    { persistent: true, contentType: 'application/json', type, messageId: headers['event-id'], headers },
    confirmed,
  );
}
