import { randomUUID } from 'node:crypto';
import { connectionName, type Consumer, type Identity, type Message, type QueueTransport } from '../transport/port';
import { toExchange } from './channels';
import { DRAIN_MS, settledWithin } from './drain';
import { readEvent, toMessage } from './envelope';
import { NotConnected } from './publisher';
import type { Converters, IncomingEvent } from './events';
import type { HostConfig, HostMetrics } from './host-needs';
import type { Requester } from './service-host';

export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout';
}

export interface RequesterParts {
  readonly who: Identity;
  readonly rabbitmq: QueueTransport;
  readonly converters: Converters;
  readonly config: HostConfig;
  readonly metrics: Pick<HostMetrics, 'ignored' | 'published' | 'returned'>;
}

const TIMEOUT_MS = 2_000;
const REPLIES = 'shop.replies';

/**
 * Requests and replies over queues: every instance has one exclusive queue, whose name is the key under which `shop.replies` finds it; a reply
 * finds its request by the correlation id. A reply to a request that was given up is acknowledged and counted.
 */
export function createRequester(parts: RequesterParts): Requester & { close(): Promise<void> } {
  const { who, rabbitmq, converters, config, metrics } = parts;
  const waiting = new Map<string, (answer: Message) => void>();
  const queue = `${connectionName(who).replace('/', '.')}.replies-${randomUUID().slice(0, 8)}`;
  let consumer: Promise<Consumer> | null = null;

  function listen(): Promise<Consumer> {
    const own = {
      exchanges: [{ name: REPLIES, type: 'direct' as const }],
      queues: [{ name: queue, exclusive: true, durable: false, autoDelete: true }],
      bindings: [{ queue, exchange: REPLIES, key: queue }],
    };
    return rabbitmq.consume(queue, { prefetch: 10, declare: own }, ({ message, ack }) => {
      const answered = waiting.get(message.correlationId ?? '');
      if (answered === undefined) metrics.ignored(queue.slice(0, queue.lastIndexOf('-')), 'late-reply');
      else answered(message);
      ack();
    });
  }

  /** The queue of this instance, from the first request on; one that could not be made is tried again with the next request. */
  async function listening(): Promise<void> {
    if (rabbitmq.state() === 'disconnected') throw new NotConnected('rabbitmq is away');
    const opening = (consumer ??= listen());
    try {
      await opening;
    } catch (error) {
      if (consumer === opening) consumer = null;
      throw new NotConnected('rabbitmq is away', { cause: error });
    }
  }

  async function send(exchange: string, message: Message, mandatory: boolean): Promise<void> {
    const outcome = await rabbitmq.publish(exchange, message, { mandatory });
    if (outcome !== 'refused') metrics.published(exchange, message.key);
    if (outcome === 'returned') metrics.returned(exchange, message.key);
  }

  return {
    async request(event, to, timeoutMs = TIMEOUT_MS): Promise<IncomingEvent> {
      if (to.broker !== 'rabbitmq') throw new TypeError('requests go over queues');
      await listening();
      const patience = Math.max(1, Math.round(config.time(timeoutMs)));
      const message = await toMessage({ ...event, replyTo: queue }, { ...to, expirationMs: patience }, parts);
      const answer = await new Promise<Message>((resolve, reject) => {
        const end = (act: () => void): void => {
          clearTimeout(timer);
          waiting.delete(event.id);
          act();
        };
        const timer = setTimeout(() => end(() => reject(new RequestTimeout(`no answer to ${event.type} within ${patience} ms`))), patience);
        waiting.set(event.id, (reply) => end(() => resolve(reply)));
        send(to.channel, { ...message, correlationId: event.id }, true).catch((cause: unknown) =>
          end(() => reject(new NotConnected('the request could not be sent', { cause }))),
        );
      });
      return readEvent(answer, converters('json-a').decode);
    },
    async reply(to, answer) {
      if (to.replyTo === null) return;
      const channel = toExchange(REPLIES, { key: to.replyTo });
      const message = await toMessage({ ...answer, channels: [channel] }, channel, parts);
      await send(REPLIES, { ...message, correlationId: to.message.correlationId ?? to.id }, true);
    },
    async close() {
      if (consumer !== null) await settledWithin(DRAIN_MS, [consumer.then((one) => one.stop())]);
    },
  };
}
