import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { randomUUID } from 'node:crypto';
import type { Channel, ChannelModel, ConfirmChannel, Options } from 'amqplib';
import pino from 'pino';
import { amqpText } from '@/lib/events/amqp-values';
import { brokerAddresses } from '@/scripts/brokers/addresses';
import type { ContractApplication, ContractMessage } from '../broker.contract';
import { connectAmqp, insideOf } from './amqp-client';
import { type RawDelivery, RawPublish, encodeProperties, headersOf } from './wire-format';

/** A vhost of its own on the real broker, deleted at the end, and applications in it. */
export interface RabbitWorld {
  readonly vhost: string;
  readonly url: string;
  readonly apiUrl: string;
  readonly link: ChannelModel;
  readonly application: ContractApplication;
  api(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export const silent = pino({ level: 'silent' });

export interface RealRabbit {
  readonly amqpUrl: string;
  readonly apiUrl: string;
}

export const sharedRabbit = (): RealRabbit => {
  const { AMQP_URL: amqpUrl, RABBITMQ_API_URL: apiUrl } = brokerAddresses();
  return { amqpUrl, apiUrl };
};

/** `3.10.8`, `4.0.5`: 4 delivers other header tables than 3. */
export const sharedRabbitVersion = async (): Promise<string> =>
  ((await apiOf(sharedRabbit().apiUrl)('GET', 'overview')) as { rabbitmq_version: string }).rabbitmq_version;

export async function openRabbitWorld(rabbit: RealRabbit = sharedRabbit()): Promise<RabbitWorld> {
  const vhost = `test-${randomUUID().slice(0, 8)}`;
  const api = apiOf(rabbit.apiUrl);
  await api('PUT', `vhosts/${vhost}`);
  await api('PUT', `permissions/${vhost}/${new URL(rabbit.amqpUrl).username || 'guest'}`, { configure: '.*', write: '.*', read: '.*' });
  const url = new URL(rabbit.amqpUrl);
  url.pathname = `/${vhost}`;
  const link = await connectAmqp(url.href, { clientProperties: { connection_name: 'test-application' } });
  link.on('error', () => undefined);
  return {
    vhost,
    url: url.href,
    apiUrl: rabbit.apiUrl,
    link,
    application: rabbitApplication(link, url.href),
    api,
    async close() {
      await link.close().catch(() => undefined);
      await api('DELETE', `vhosts/${vhost}`);
    },
  };
}

function apiOf(apiUrl: string): RabbitWorld['api'] {
  const { protocol, host, username, password } = new URL(apiUrl);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(username) || 'guest'}:${decodeURIComponent(password) || 'guest'}`).toString('base64')}`;
  return async (method, path, body) => {
    const response = await fetch(`${protocol}//${host}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  };
}

export async function withChannel<T>(link: ChannelModel, work: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await link.createChannel();
  channel.on('error', () => undefined);
  try {
    return await work(channel);
  } finally {
    await channel.close().catch(() => undefined);
  }
}

/** Publishes mandatory and confirmed, raw: every header type, whatever the routing key's bytes. */
export async function publishRaw(
  link: ChannelModel,
  messages: readonly (Omit<ContractMessage, 'routingKey'> & { readonly routingKey?: string | Uint8Array })[],
): Promise<readonly ('accepted' | 'returned')[]> {
  const channel: ConfirmChannel = await link.createConfirmChannel();
  const outcomes: ('accepted' | 'returned')[] = messages.map(() => 'accepted');
  let returned = 0;
  channel.on('return', () => returned++);
  let broken: unknown = null;
  channel.on('error', (error: unknown) => (broken = error));
  try {
    const inside = insideOf(channel);
    for (const [index, message] of messages.entries()) {
      const key = message.routingKey ?? '';
      inside.sendMessage(
        new RawPublish(message.channel, typeof key === 'string' ? new TextEncoder().encode(key) : key, true),
        encodeProperties(message.headers ?? []),
        Buffer.from(message.body ?? new Uint8Array(0)),
      );
      // One by one where it matters which one came back; many at once where all are alike.
      await new Promise<void>((resolve, reject) =>
        inside.pushConfirmCallback((error) => (error === null ? resolve() : reject(broken ?? error))),
      );
      if (returned > 0) outcomes[index] = 'returned';
      returned = 0;
    }
    return outcomes;
  } finally {
    await channel.close().catch(() => undefined);
  }
}

export function toContractMessage(fields: RawDelivery, properties: Uint8Array, content: Buffer): ContractMessage {
  return { channel: fields.exchange, routingKey: amqpText(fields.routingKey), headers: headersOf(properties), body: content };
}

/** Takes `count` messages in order and does with each what it is told. */
async function takeFrom(
  link: ChannelModel,
  queue: string,
  count: number,
  end: (channel: Channel, message: never) => void,
): Promise<readonly ContractMessage[]> {
  return withChannel(link, async (channel) => {
    const taken: ContractMessage[] = [];
    await channel.prefetch(count);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${taken.length} of ${count} messages came from ${queue}`)), 30_000);
      channel
        .consume(queue, (message) => {
          if (message === null || taken.length >= count) return;
          taken.push(
            toContractMessage(message.fields as unknown as RawDelivery, message.properties as unknown as Uint8Array, message.content),
          );
          end(channel, message as never);
          if (taken.length < count) return;
          clearTimeout(timer);
          resolve();
        })
        .catch(reject);
    });
    return taken;
  });
}

export function rabbitApplication(link: ChannelModel, url: string): ContractApplication {
  return {
    makeChannel: (channel, options = {}) =>
      withChannel(link, async (ch) => {
        const settings: Options.AssertExchange = {
          durable: true,
          ...(options.alternate === undefined ? {} : { alternateExchange: options.alternate }),
        };
        await ch.assertExchange(channel, 'topic', settings);
      }),
    deleteChannel: (channel) => withChannel(link, async (ch) => void (await ch.deleteExchange(channel))),
    makeInbox: (channel, title, options = {}) =>
      withChannel(link, async (ch) => {
        const known = await withChannel(link, (probe) => probe.checkQueue(title)).then(
          () => true,
          () => false,
        );
        if (!known)
          await ch.assertQueue(title, {
            durable: true,
            ...(options.deadLetterTo === undefined ? {} : { deadLetterExchange: options.deadLetterTo }),
          });
        await ch.bindQueue(title, channel, options.routingKey ?? '#');
        return title;
      }),
    publish: (messages) => publishRaw(link, messages),
    consume: (inbox, count) => takeFrom(link, inbox, count, (channel, message) => channel.ack(message)),
    async reject(inbox, count) {
      await takeFrom(link, inbox, count, (channel, message) => channel.reject(message, false));
    },
    async attachConsumer(inbox, service) {
      const own = await connectAmqp(url, { clientProperties: { connection_name: service } });
      own.on('error', () => undefined);
      const channel = await own.createChannel();
      await channel.consume(inbox, (message) => {
        if (message !== null) channel.ack(message);
      });
      return { detach: () => own.close() };
    },
    undecodable: { why: 'AMQP has no frame that a reader can not decode: what is odd in a header table is kept as bytes' },
  };
}

/** Stands between a client and the broker, to cut the wire where the broker must not know of it. */
export interface Wire {
  readonly port: number;
  /** Ends every connection at once, without a goodbye, both ways. */
  cut(): void;
  /** Cuts, and new connections are refused until `mend`. */
  refuse(): void;
  /** Once the client has sent these bytes, what the broker says reaches it no more; what it says still reaches the broker. */
  deafenAfterSending(bytes: string): void;
  mend(): void;
  close(): Promise<void>;
}

export async function openWire(target: { host: string; port: number }): Promise<Wire> {
  const open = new Set<Socket>();
  let trigger: Buffer | null = null;
  let refusing = false;
  const server = createServer((near) => {
    if (refusing) return void near.destroy();
    const far = connect(target.port, target.host);
    near.prependListener('data', (chunk: Buffer) => {
      if (trigger === null || !chunk.includes(trigger)) return;
      far.unpipe(near);
      far.resume();
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    refuse: () => {
      refusing = true;
      cut();
    },
    deafenAfterSending: (bytes) => (trigger = Buffer.from(bytes)),
    mend: () => (refusing = false),
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same URL through a wire. */
export function through(url: string, wire: Wire): string {
  const changed = new URL(url);
  changed.hostname = '127.0.0.1';
  changed.port = String(wire.port);
  return changed.href;
}
