import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Consumer, ConsumeOptions, Delivery, QueueTopology } from '../port';
import type { AmqpLink } from './link';
import { fromAmqp } from './messages';

/** Declares on a channel of its own: what is refused (406) closes only that. */
export async function declare(model: ChannelModel, { exchanges, queues, bindings }: QueueTopology): Promise<void> {
  const channel = await model.createChannel();
  channel.on('error', () => {});
  for (const { name, type, alternate, arguments: args = {} } of exchanges)
    await channel.assertExchange(name, type, {
      durable: true,
      arguments: args,
      ...(alternate === undefined ? {} : { alternateExchange: alternate }),
    });
  for (const { name, arguments: args = {}, durable = true, exclusive = false, autoDelete = false } of queues)
    await channel.assertQueue(name, { durable, exclusive, autoDelete, arguments: args });
  for (const { queue, exchange, key, arguments: args } of bindings) await channel.bindQueue(queue, exchange, key, args);
  await channel.close();
}

/** A consumer with a channel of its own, attached again after every reconnect. */
export async function consume(
  link: AmqpLink,
  queue: string,
  options: ConsumeOptions,
  onDelivery: (delivery: Delivery) => void,
): Promise<Consumer> {
  let channel: Channel | null = null;
  let tag = '';
  let stopped = false;
  let unanswered = 0;

  async function attach(model: ChannelModel): Promise<void> {
    if (options.declare !== undefined) await declare(model, options.declare);
    const own = await model.createChannel();
    own.on('error', () => {});
    await own.prefetch(options.prefetch);
    channel = own;
    unanswered = 0;
    const settings = { noAck: options.noAck === true, ...(options.tag === undefined ? {} : { consumerTag: options.tag }) };
    ({ consumerTag: tag } = await own.consume(queue, (raw) => (raw === null ? void attachAgain(own) : given(own, raw)), settings));
  }

  /** The queue was deleted under the consumer: it may be there again in a moment. */
  async function attachAgain(old: Channel): Promise<void> {
    await old.close().catch(() => {});
    const timer = setTimeout(() => {
      if (!stopped && link.state() !== 'disconnected') attach(link.connection()).catch(() => void attachAgain(old));
    }, 500);
    timer.unref();
  }

  function given(own: Channel, raw: ConsumeMessage): void {
    if (options.noAck !== true) unanswered += 1;
    const answer = (say: () => void): void => {
      say();
      unanswered -= 1;
      void closeWhenAnswered(own);
    };
    onDelivery({
      message: fromAmqp(raw),
      exchange: raw.fields.exchange,
      queue,
      redelivered: raw.fields.redelivered,
      ack: () => answer(() => own.ack(raw)),
      reject: (requeue) => answer(() => own.reject(raw, requeue)),
    });
  }

  async function closeWhenAnswered(own: Channel): Promise<void> {
    if (stopped && unanswered === 0 && channel === own) {
      channel = null;
      await own.close().catch(() => {});
    }
  }

  const forget = await link.onUp(attach);
  return {
    async stop() {
      stopped = true;
      forget();
      await channel?.cancel(tag).catch(() => {});
      if (channel !== null) await closeWhenAnswered(channel);
    },
  };
}
