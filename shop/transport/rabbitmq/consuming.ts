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

const ATTACH_AGAIN_MS = 500;

/** A consumer with a channel of its own, attached again after every reconnect, and when the broker closed the channel. */
export async function consume(
  link: AmqpLink,
  queue: string,
  options: ConsumeOptions,
  onDelivery: (delivery: Delivery) => void,
): Promise<Consumer> {
  let channel: Channel | null = null;
  let attachedTo: ChannelModel | null = null;
  let tag = '';
  let stopped = false;
  let unanswered = 0;

  async function attach(model: ChannelModel): Promise<void> {
    if (options.declare !== undefined) await declare(model, options.declare);
    const own = await model.createChannel();
    own.on('error', () => {});
    own.once('close', () => attachAgain(own));
    [channel, attachedTo, unanswered] = [own, model, 0];
    await own.prefetch(options.prefetch);
    const settings = { noAck: options.noAck === true, ...(options.tag === undefined ? {} : { consumerTag: options.tag }) };
    ({ consumerTag: tag } = await own.consume(
      queue,
      (raw) => (raw === null ? void own.close().catch(() => {}) : given(own, raw)),
      settings,
    ));
    // Told to stop meanwhile.
    void closeWhenAnswered(own);
  }

  /**
   * The broker closed the channel (an answer that took too long), or deleted the queue under the consumer: it may be there again in a moment. On a new
   * connection the link attaches it.
   */
  function attachAgain(old: Channel): void {
    const timer = setTimeout(() => {
      if (stopped || channel !== old || attachedTo === null || !link.isOn(attachedTo)) return;
      attach(attachedTo).catch(() => attachAgain(old));
    }, ATTACH_AGAIN_MS);
    timer.unref();
  }

  function given(own: Channel, raw: ConsumeMessage): void {
    // What comes though it can't be cancelled goes back to its queue with the connection.
    if (stopped && link.state() === 'blocked') return;
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
    // A broker that blocks does not read a farewell: the channel goes with the connection.
    if (stopped && unanswered === 0 && channel === own && link.state() !== 'blocked') {
      channel = null;
      await own.close().catch(() => {});
    }
  }

  const forget = await link.onUp(attach);
  return {
    async stop() {
      stopped = true;
      forget();
      // A broker that blocks does not read that somebody goes.
      if (link.state() !== 'blocked') await channel?.cancel(tag).catch(() => {});
      if (channel !== null) await closeWhenAnswered(channel);
    },
  };
}
