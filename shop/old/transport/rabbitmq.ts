import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type ChannelModel, type ConfirmChannel, type ConsumeMessage, type Options } from 'amqplib';
import { attempt, deadLetterExchange, deadLetterQueue, deathHeaders } from './failing';
import {
  connectionName,
  Poison,
  type ChannelDeclaration,
  type Handler,
  type Identity,
  type Message,
  type Subscriber,
  type Subscription,
  type Transport,
} from './port';

const RECONNECT = { initialDelay: 200, maxDelay: 5_000 };

/** RabbitMQ: one connection a service, one channel for confirms, one a subscriber. Connection and consumers come back by themselves. */
export async function connectRabbit(url: string, who: Identity): Promise<Transport> {
  const setups = new Map<string, (model: ChannelModel) => Promise<void>>();
  let publishing: ConfirmChannel | null = null;
  const returned = new Set<string>();
  const unconfirmed = new Set<() => void>();
  /** The connection of this moment; recovery brings another. */
  let live: ChannelModel | null = null;
  const recovering = await amqp.connect(url, {
    clientProperties: { connection_name: connectionName(who) },
    recovery: {
      ...RECONNECT,
      setup: async (model: ChannelModel) => {
        live = model;
        publishing = await openConfirms(model);
        for (const setup of setups.values()) await setup(model);
      },
    },
  });
  recovering.on('error', () => {});
  const replies = new Map<string, (answer: Message) => void>();
  let replyQueue: Promise<string> | null = null;
  let closed = false;

  function connection(): ChannelModel {
    if (live === null) throw new Error('not connected');
    return live;
  }

  async function openConfirms(on: ChannelModel): Promise<ConfirmChannel> {
    const channel = await on.createConfirmChannel();
    channel.on('error', () => {});
    channel.on('return', (message: ConsumeMessage) => returned.add(String(message.properties.messageId)));
    channel.on('close', () => {
      for (const lost of unconfirmed) lost();
    });
    return channel;
  }

  async function confirms(): Promise<ConfirmChannel> {
    while (publishing === null && !closed) await sleep(50);
    if (publishing === null) throw new Error('the transport is closed');
    return publishing;
  }

  /** One promise per message: the broker's own word for it. Tried again while the connection is away. */
  async function send(exchange: string, key: string, body: Buffer, options: Options.Publish): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const channel = await confirms();
      try {
        await new Promise<void>((resolve, reject) => {
          const lost = (): void => settleWith(() => reject(new Error('the channel closed before the confirm')));
          const settleWith = (act: () => void): void => {
            unconfirmed.delete(lost);
            act();
          };
          unconfirmed.add(lost);
          channel.publish(exchange, key, body, options, (error) =>
            settleWith(error === null || error === undefined ? resolve : () => reject(new Error('refused by the broker'))),
          );
        });
        return;
      } catch (error) {
        if (closed || attempt >= 20) throw error;
        if (publishing === channel) publishing = null;
        await sleep(100 * attempt);
        if (live !== null) publishing ??= await openConfirms(live).catch(() => null);
      }
    }
  }

  async function openReplyQueue(): Promise<string> {
    const channel = await connection().createChannel();
    channel.on('error', () => {});
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true });
    await channel.consume(
      queue,
      (raw) => {
        if (raw === null) return;
        const answer = fromRabbit(raw);
        replies.get(answer.correlationId ?? '')?.(answer);
      },
      { noAck: true },
    );
    return queue;
  }

  const transport: Transport = {
    kind: 'rabbitmq',
    async declare(channels: readonly ChannelDeclaration[]) {
      const channel = await connection().createChannel();
      for (const { name, kind } of channels) {
        await channel.assertExchange(name, kind === 'log' ? 'topic' : kind, { durable: true });
        await channel.assertExchange(deadLetterExchange(name), 'direct', { durable: true });
      }
      await channel.close();
    },
    async publish(exchange, message, options = {}) {
      await send(exchange, message.key, Buffer.from(message.body), { ...toRabbit(message, who), mandatory: options.mandatory === true });
      // A return always comes before its confirm.
      return returned.delete(message.id) ? 'returned' : 'confirmed';
    },
    async subscribe(subscription, handler) {
      const consumer = new RabbitConsumer(subscription, handler, (failed, headers) =>
        send(deadLetterExchange(subscription.channel), subscription.inbox, failed.content, {
          ...failed.properties,
          headers: { ...failed.properties.headers, ...headers },
          persistent: true,
        }),
      );
      const id = randomUUID();
      setups.set(id, (on) => consumer.attach(on));
      await consumer.attach(connection());
      return { stop: async () => (setups.delete(id), consumer.stop()) };
    },
    async request(exchange, message, timeoutMs) {
      const replyTo = await (replyQueue ??= openReplyQueue());
      const correlationId = message.correlationId ?? message.id;
      return new Promise<Message>((resolve, reject) => {
        const done = (act: () => void): void => {
          clearTimeout(timer);
          replies.delete(correlationId);
          act();
        };
        const timer = setTimeout(() => done(() => reject(new Error('request timed out'))), timeoutMs);
        replies.set(correlationId, (answer) => done(() => resolve(answer)));
        transport.publish(exchange, { ...message, correlationId, replyTo }).catch((error: Error) => done(() => reject(error)));
      });
    },
    async reply(to, answer) {
      if (to.replyTo === undefined) return;
      await send('', to.replyTo, Buffer.from(answer.body), toRabbit({ ...answer, correlationId: to.correlationId ?? to.id }, who));
    },
    async close() {
      closed = true;
      setups.clear();
      await recovering.close().catch(() => {});
    },
  };
  return transport;
}

class RabbitConsumer implements Subscriber {
  private channel: amqp.Channel | null = null;
  private tag = '';
  private stopping = false;
  private readonly begun = new Set<Promise<void>>();

  constructor(
    private readonly subscription: Subscription,
    private readonly handler: Handler,
    private readonly bury: (message: ConsumeMessage, headers: Record<string, string>) => Promise<void>,
  ) {}

  async attach(model: ChannelModel): Promise<void> {
    const { inbox, channel: exchange, keys = ['#'], prefetch = 10 } = this.subscription;
    const channel = await model.createChannel();
    channel.on('error', () => {});
    const dlx = deadLetterExchange(exchange);
    await channel.assertExchange(dlx, 'direct', { durable: true });
    await channel.assertQueue(inbox, { durable: true, deadLetterExchange: dlx, deadLetterRoutingKey: inbox });
    await channel.assertQueue(deadLetterQueue(inbox), { durable: true });
    await channel.bindQueue(deadLetterQueue(inbox), dlx, inbox);
    for (const key of keys) await channel.bindQueue(inbox, exchange, key);
    await channel.prefetch(prefetch);
    this.channel = channel;
    this.tag = (
      await channel.consume(inbox, (raw) => {
        if (raw === null || this.stopping) return;
        const work = this.handle(channel, raw);
        this.begun.add(work);
        void work.finally(() => this.begun.delete(work));
      })
    ).consumerTag;
  }

  /** Acknowledges after the work; what failed for good is published to the dead letters first, and only then acknowledged. */
  private async handle(channel: amqp.Channel, raw: ConsumeMessage): Promise<void> {
    const failed = await attempt(this.subscription, this.handler, fromRabbit(raw));
    // What nobody can read is rejected as it is: the broker moves it and writes its own account (x-death).
    if (failed?.error instanceof Poison) return settle(() => channel.nack(raw, false, false));
    if (failed !== null)
      await this.bury(raw, deathHeaders(failed, { exchange: this.subscription.channel, routingKey: raw.fields.routingKey }));
    settle(() => channel.ack(raw));
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.channel?.cancel(this.tag).catch(() => {});
    await Promise.all(this.begun);
    await this.channel?.close().catch(() => {});
  }
}

/** On a channel that went away meanwhile the broker delivers again; nothing else is to be done. */
function settle(act: () => void): void {
  try {
    act();
  } catch {
    // closed
  }
}

function toRabbit(message: Message, who: Identity): Options.Publish {
  return {
    persistent: true,
    messageId: message.id,
    type: message.type,
    contentType: message.contentType,
    timestamp: Math.floor(Date.now() / 1000),
    appId: who.service,
    headers: { ...message.headers },
    ...(message.correlationId === undefined ? {} : { correlationId: message.correlationId }),
    ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
  };
}

function fromRabbit(raw: ConsumeMessage): Message {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(raw.properties.headers ?? {})) if (typeof value !== 'object') headers[name] = String(value);
  return {
    id: String(raw.properties.messageId ?? ''),
    type: String(raw.properties.type ?? ''),
    key: raw.fields.routingKey,
    body: raw.content,
    contentType: String(raw.properties.contentType ?? ''),
    headers,
    ...(raw.properties.correlationId === undefined ? {} : { correlationId: String(raw.properties.correlationId) }),
    ...(raw.properties.replyTo === undefined ? {} : { replyTo: String(raw.properties.replyTo) }),
  };
}
