import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { connectionName, type Identity, type Transports } from '../transport/port';
import type { Binding } from './bindings';
import { EXCHANGES, type ExchangeName } from './channels';
import { DRAIN_MS, settledWithin } from './drain';
import { readEvent } from './envelope';
import type { Converters, IncomingEvent } from './events';
import { createPublisher, type PublishLimits } from './publisher';
import { createRequester } from './request-reply';
import type { HostConfig, HostLog, HostMetrics } from './host-needs';
import type { DeadLetterStore, Idempotency, ServiceParts, Subscriber } from './service-host';
import { batchReader } from './subscriber/batch-subscriber';
import { logReader } from './subscriber/log-subscriber';
import { queueReader } from './subscriber/queue-subscriber';
import { startSubscriber } from './subscriber/subscriber';
import type { Versions } from './subscriber/work';

export interface HostParts {
  readonly who: Identity;
  readonly transports: Transports;
  readonly converters: Converters;
  readonly config: HostConfig;
  readonly log: HostLog;
  readonly metrics: HostMetrics;
  readonly clock?: () => number;
  readonly idempotency?: Idempotency;
  readonly deadLetters?: DeadLetterStore;
  readonly versions?: Versions;
  readonly limits?: Partial<PublishLimits>;
  readonly handlerMs?: number;
}

export type HostedParts = Pick<
  ServiceParts,
  | 'service'
  | 'instance'
  | 'publisher'
  | 'converters'
  | 'transports'
  | 'clock'
  | 'signal'
  | 'consume'
  | 'consumeBatches'
  | 'listen'
  | 'request'
  | 'reply'
>;

export interface ServiceHost {
  readonly parts: HostedParts;
  /** Stops subscribers (drain of at most 10 s each, side by side), waits for what is being published, closes the connections. */
  stop(): Promise<void>;
  /** Destroys the connections; nothing is drained, nothing answered. */
  crash(): void;
}

/** What one instance of a service runs on: its publisher, its subscribers, its requests, over its own connections. */
export function createServiceHost(host: HostParts): ServiceHost {
  const { who, transports, converters, config, log, clock = Date.now, metrics } = host;
  const ended = new AbortController();
  // Every handler and wait of the instance listens to it.
  setMaxListeners(0, ended.signal);
  const publisher = createPublisher({ ...host });
  const requester = createRequester({ who, rabbitmq: transports.rabbitmq, converters, config, metrics });
  const subscribers = new Set<{ stop(): Promise<void> }>();
  const time = (ms: number): number => config.time(ms);
  const shared = { ...host, ...transports, clock, time, signal: ended.signal };

  const keep = <S extends { stop(): Promise<void> }>(subscriber: S): S => {
    subscribers.add(subscriber);
    return subscriber;
  };

  async function consume(binding: Binding, handlers: Parameters<HostedParts['consume']>[1]): Promise<Subscriber> {
    let started: Subscriber | null = null;
    const onStop = (error: unknown): void => {
      log.error({ inbox: binding.inbox, cause: (error as Error).name }, 'a consumer stops: somebody has to look');
      void started?.stop();
    };
    const reader =
      binding.broker === 'kafka'
        ? await logReader({ ...shared, binding, onStop }, handlers)
        : await queueReader({ ...shared, binding }, handlers);
    started = await startSubscriber({ ...shared, binding }, reader);
    return keep(started);
  }

  async function listen(
    { channel: exchange }: { readonly channel: ExchangeName },
    onMessage: (event: IncomingEvent) => void,
  ): Promise<{ stop(): Promise<void> }> {
    const queue = `${connectionName(who).replace('/', '.')}.${exchange}-${randomUUID().slice(0, 8)}`;
    const { type, format } = EXCHANGES[exchange];
    const own = {
      exchanges: [{ name: exchange, type }],
      queues: [{ name: queue, exclusive: true, durable: false, autoDelete: true }],
      bindings: [{ queue, exchange, key: '' }],
    };
    const { decode } = converters(format);
    const consumer = await transports.rabbitmq.consume(queue, { prefetch: 10, declare: own }, ({ message, ack }) => {
      readEvent(message, decode)
        .then(onMessage)
        .catch((error: unknown) => log.warn({ exchange, cause: (error as Error).name }, 'a broadcast could not be read'))
        .finally(ack);
    });
    return keep({ stop: () => settledWithin(DRAIN_MS, [consumer.stop()]) });
  }

  return {
    parts: {
      service: who.service,
      instance: who.instance,
      publisher,
      converters,
      transports,
      clock,
      signal: ended.signal,
      consume,
      consumeBatches: async (binding, handler) =>
        keep(await startSubscriber({ ...shared, binding }, await batchReader({ ...shared, binding }, handler))),
      listen,
      request: requester.request,
      reply: requester.reply,
    },
    async stop() {
      await Promise.all([...subscribers].map((subscriber) => subscriber.stop()));
      await publisher.flush();
      await requester.close();
      ended.abort();
      await Promise.all([transports.rabbitmq.close(), transports.kafka.close()]);
    },
    crash() {
      ended.abort();
      transports.rabbitmq.crash();
      transports.kafka.crash();
    },
  };
}
