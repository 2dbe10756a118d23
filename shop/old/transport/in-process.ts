import { attempt, deadLetterExchange, deadLetterQueue, deadLetterTopic, deathHeaders, springDeathHeaders } from './failing';
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

/** The engine, as far as the shop needs it: whoever hands it over has more. Headers are bytes with their wire type. */
export interface Engine {
  client(name: string): EngineClient;
}

interface Header {
  readonly name: string;
  readonly wire: string;
  readonly value: Uint8Array | null;
}

interface Delivery {
  readonly message: { readonly routingKey: string; readonly headers: readonly Header[]; readonly body: Uint8Array };
  ack(): void;
  nack(requeue: boolean): void;
}

interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly headers: readonly Header[];
  readonly body: Uint8Array | null;
  readonly timestamp: number;
}

interface GroupMember {
  poll(max: number, maxWaitMs: number): Promise<readonly LogRecord[]>;
  commit(offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]): void;
  leave(): void;
}

interface EngineClient {
  topics(): readonly string[];
  declareTopic(name: string, options?: { readonly partitions?: number }): void;
  produce(
    records: readonly {
      readonly topic: string;
      readonly key: Uint8Array | null;
      readonly headers: readonly Header[];
      readonly body: Uint8Array | null;
    }[],
  ): Promise<unknown>;
  join(options: { readonly group: string; readonly topics: readonly string[]; readonly from: 'earliest' | 'latest' }): GroupMember;
  declareExchange(name: string, options: { readonly type: 'topic' | 'direct' | 'fanout'; readonly durable?: boolean }): void;
  declareQueue(
    name: string,
    options?: {
      readonly durable?: boolean;
      readonly exclusive?: boolean;
      readonly deadLetterExchange?: string;
      readonly deadLetterRoutingKey?: string;
    },
  ): string;
  bindQueue(queue: string, exchange: string, routingKey: string): void;
  publish(message: {
    readonly exchange: string;
    readonly routingKey: string;
    readonly headers: readonly Header[];
    readonly body: Uint8Array;
    readonly mandatory?: boolean;
  }): Promise<'confirmed' | 'returned' | 'refused'>;
  consume(
    queue: string,
    options: { readonly prefetch?: number; readonly noAck?: boolean },
    onDelivery: (delivery: Delivery) => void,
  ): { cancel(): void };
  close(): void;
}

/** Both kinds of channel over one engine: a topic where one of that name was declared, else an exchange. */
export function connectInProcess(engine: Engine, who: Identity): Transport {
  const client = engine.client(connectionName(who));
  const replies = new Map<string, (answer: Message) => void>();
  let replyQueue: string | null = null;
  const isLog = (channel: string): boolean => client.topics().includes(channel);

  async function send(
    exchange: string,
    message: Message,
    more: Readonly<Record<string, string>> = {},
    mandatory = false,
  ): Promise<'confirmed' | 'returned'> {
    const outcome = await client.publish({
      exchange,
      routingKey: message.key,
      headers: toAmqp(message, who, more),
      body: message.body,
      mandatory,
    });
    if (outcome === 'refused') throw new Error('refused by the broker');
    return outcome;
  }

  async function record(topic: string, message: Message, more: Readonly<Record<string, string | Buffer>> = {}): Promise<void> {
    await client.produce([{ topic, key: bytes(message.key), headers: toLog(message, more), body: message.body }]);
  }

  function openReplyQueue(): string {
    const queue = client.declareQueue('', { exclusive: true });
    client.consume(queue, { noAck: true }, ({ message }) => {
      const answer = fromAmqp(message);
      replies.get(answer.correlationId ?? '')?.(answer);
    });
    return queue;
  }

  const transport: Transport = {
    kind: 'in-process',
    async declare(channels: readonly ChannelDeclaration[]) {
      for (const { name, kind, partitions = 3 } of channels) {
        if (kind === 'log') client.declareTopic(name, { partitions });
        else {
          client.declareExchange(name, { type: kind, durable: true });
          client.declareExchange(deadLetterExchange(name), { type: 'direct', durable: true });
        }
      }
    },
    async publish(channel, message, options = {}) {
      if (!isLog(channel)) return send(channel, message, {}, options.mandatory === true);
      await record(channel, message);
      return 'confirmed';
    },
    async subscribe(subscription, handler) {
      return isLog(subscription.channel) ? readLog(client, subscription, handler, record) : readQueue(client, subscription, handler, send);
    },
    async request(channel, message, timeoutMs) {
      const replyTo = (replyQueue ??= openReplyQueue());
      const correlationId = message.correlationId ?? message.id;
      return new Promise<Message>((resolve, reject) => {
        const done = (act: () => void): void => {
          clearTimeout(timer);
          replies.delete(correlationId);
          act();
        };
        const timer = setTimeout(() => done(() => reject(new Error('request timed out'))), timeoutMs);
        replies.set(correlationId, (answer) => done(() => resolve(answer)));
        transport.publish(channel, { ...message, correlationId, replyTo }).catch((error: Error) => done(() => reject(error)));
      });
    },
    async reply(to, answer) {
      if (to.replyTo !== undefined) await send('', { ...answer, key: to.replyTo, correlationId: to.correlationId ?? to.id });
    },
    async close() {
      client.close();
    },
  };
  return transport;
}

type Send = (exchange: string, message: Message, more?: Readonly<Record<string, string>>) => Promise<unknown>;

function readQueue(client: EngineClient, subscription: Subscription, handler: Handler, send: Send): Subscriber {
  const { inbox, channel, keys = ['#'], prefetch = 10 } = subscription;
  const dlx = deadLetterExchange(channel);
  client.declareExchange(dlx, { type: 'direct', durable: true });
  client.declareQueue(inbox, { durable: true, deadLetterExchange: dlx, deadLetterRoutingKey: inbox });
  client.declareQueue(deadLetterQueue(inbox), { durable: true });
  client.bindQueue(deadLetterQueue(inbox), dlx, inbox);
  for (const key of keys) client.bindQueue(inbox, channel, key);
  const begun = new Set<Promise<void>>();

  const handle = async (delivery: Delivery): Promise<void> => {
    const message = fromAmqp(delivery.message);
    const failed = await attempt(subscription, handler, message);
    if (failed?.error instanceof Poison) return settle(() => delivery.nack(false));
    if (failed !== null) await send(dlx, { ...message, key: inbox }, deathHeaders(failed, { exchange: channel, routingKey: message.key }));
    settle(() => delivery.ack());
  };
  let stopping = false;
  const consumer = client.consume(inbox, { prefetch }, (delivery) => {
    if (stopping) return;
    const work = handle(delivery);
    begun.add(work);
    void work.finally(() => begun.delete(work));
  });
  return {
    stop: async () => {
      stopping = true;
      await Promise.all(begun);
      consumer.cancel();
    },
  };
}

type WriteLog = (topic: string, message: Message, more?: Readonly<Record<string, string | Buffer>>) => Promise<void>;

function readLog(client: EngineClient, subscription: Subscription, handler: Handler, record: WriteLog): Subscriber {
  const { inbox, channel, from = 'earliest', prefetch = 10 } = subscription;
  client.declareTopic(deadLetterTopic(channel, inbox), { partitions: 1 });
  const member = client.join({ group: inbox, topics: [channel], from });
  let stopping = false;
  const run = async (): Promise<void> => {
    while (!stopping) {
      for (const one of await member.poll(prefetch, 1_000)) {
        if (stopping) break;
        const failed = await attempt(subscription, handler, fromLog(one));
        if (failed !== null) {
          const where = { topic: channel, group: inbox, partition: one.partition, offset: one.offset, timestampMs: one.timestamp };
          await record(deadLetterTopic(channel, inbox), fromLog(one), {
            ...textHeaders(one.headers),
            ...springDeathHeaders(failed, where),
          });
        }
        member.commit([{ topic: one.topic, partition: one.partition, offset: one.offset + 1 }]);
      }
    }
  };
  // A member whose partitions went to another, or whose broker is gone, has nothing left to do.
  const running = run().catch(() => {});
  return {
    stop: async () => {
      stopping = true;
      member.leave();
      await running;
    },
  };
}

/** On a connection that is gone the broker delivers again; nothing else is to be done. */
function settle(act: () => void): void {
  try {
    act();
  } catch {
    // closed
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

function toAmqp(message: Message, who: Identity, more: Readonly<Record<string, string>>): Header[] {
  const properties: Record<string, string | undefined> = {
    'content-type': message.contentType,
    'delivery-mode': '2',
    'correlation-id': message.correlationId,
    'reply-to': message.replyTo,
    'message-id': message.id,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: message.type,
    'app-id': who.service,
  };
  return [
    ...Object.entries(properties).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [{ name, wire: 'property', value: bytes(value) }],
    ),
    ...Object.entries({ ...message.headers, ...more }).map(([name, value]) => ({ name, wire: 'S', value: bytes(value) })),
  ];
}

function fromAmqp({ routingKey, headers, body }: Delivery['message']): Message {
  const properties = textHeaders(headers.filter(({ wire }) => wire === 'property'));
  const { 'correlation-id': correlationId, 'reply-to': replyTo } = properties;
  return {
    id: properties['message-id'] ?? '',
    type: properties.type ?? '',
    key: routingKey,
    contentType: properties['content-type'] ?? '',
    body,
    headers: textHeaders(headers.filter(({ wire }) => wire === 'S')),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

function toLog(message: Message, more: Readonly<Record<string, string | Buffer>>): Header[] {
  const own: Record<string, string | Buffer | undefined> = {
    'event-id': message.id,
    'event-type': message.type,
    'content-type': message.contentType,
    ...message.headers,
    ...more,
    kafka_correlationId: message.correlationId,
    kafka_replyTopic: message.replyTo,
  };
  return Object.entries(own).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [{ name, wire: 'kafka', value: typeof value === 'string' ? bytes(value) : value }],
  );
}

function fromLog({ key, headers, body }: LogRecord): Message {
  const {
    'event-id': id = '',
    'event-type': type = '',
    'content-type': contentType = '',
    kafka_correlationId: correlationId,
    kafka_replyTopic: replyTo,
    ...rest
  } = textHeaders(headers);
  return {
    id,
    type,
    contentType,
    key: key === null ? '' : decoder.decode(key),
    body: body ?? new Uint8Array(),
    headers: rest,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}

function textHeaders(headers: readonly Header[]): Record<string, string> {
  return Object.fromEntries(headers.map(({ name, value }) => [name, decoder.decode(value ?? new Uint8Array())]));
}
