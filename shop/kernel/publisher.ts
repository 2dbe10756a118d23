import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
import type { Identity, LinkState, Message, ProduceOptions, PublishOutcome, TopicOffset, Transaction, Transports } from '../transport/port';
import { DRAIN_MS, settledWithin } from './drain';
import { createBatchingProducer, type BatchingProducer } from './batching-producer';
import { TOPICS, type Destination, type TopicChannel, type TopicName } from './channels';
import { toMessage } from './envelope';
import type { Converters, OutgoingEvent } from './events';
import type { HostConfig, HostLog, HostMetrics } from './host-needs';

export interface Publisher {
  /**
   * To every channel of the event. Up to 3 further attempts (1 s × attempt); a confirm that takes more than 5 s is a failed attempt. Resolves
   * with the worst outcome.
   * @throws NotConnected at once while the broker is away; PublishFailed when the attempts are used up; BufferFull beyond 1,000 waiting
   */
  publish(event: OutgoingEvent, signal?: AbortSignal): Promise<PublishOutcome>;
  /** One Kafka transaction: all events and, when given, a group's offsets, or nothing. */
  publishTogether(
    transactionalId: string,
    events: readonly OutgoingEvent[],
    offsets?: { readonly group: string; readonly offsets: readonly TopicOffset[] },
    inside?: (transaction: Transaction) => Promise<void>,
  ): Promise<void>;
  /** The broker takes messages. */
  ready(broker: Destination['broker']): boolean;
  /** Resolves when the broker takes messages again. */
  whenReady(broker: Destination['broker'], signal?: AbortSignal): Promise<void>;
  /** Waits for what is under way, at most 10 s. */
  flush(): Promise<void>;
}

export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
}
class NoConfirm extends Error {
  override readonly name = 'NoConfirm';
}
export class BufferFull extends Error {
  override readonly name = 'BufferFull';
}

export interface PublisherParts {
  readonly who: Identity;
  readonly transports: Transports;
  readonly converters: Converters;
  readonly config: HostConfig;
  readonly metrics: Pick<HostMetrics, 'published' | 'returned' | 'refused'>;
  readonly log: HostLog;
  readonly limits?: Partial<PublishLimits>;
}

export interface PublishLimits {
  readonly retries: number;
  /** Before the time factor. */
  readonly retryMs: number;
  /** A broker's answer may take so long, whatever the time factor: brokers do not hurry. */
  readonly confirmMs: number;
  readonly buffer: number;
  /** A stop waits no longer than this for what is under way. */
  readonly drainMs: number;
  /** Messages a second (token bucket), per instance; batches are exempt. */
  readonly rate: number;
}

const LIMITS: PublishLimits = { retries: 3, retryMs: 1_000, confirmMs: 5_000, buffer: 1_000, drainMs: DRAIN_MS, rate: 5_000 };

export function createPublisher(parts: PublisherParts): Publisher {
  const { transports, config, metrics, log, who } = parts;
  const limits = { ...LIMITS, ...parts.limits };
  const tokens = new RateLimiterQueue(new RateLimiterMemory({ points: limits.rate, duration: 1 }), { maxQueueSize: limits.buffer });
  const underWay = new Map<Promise<unknown>, Destination['broker']>();
  const batches = new Map<TopicName, BatchingProducer>();

  const link = (broker: Destination['broker']): Transports['kafka' | 'rabbitmq'] => transports[broker];
  const ready = (broker: Destination['broker']): boolean => link(broker).state() === 'connected';

  async function toExchange(to: Destination & { broker: 'rabbitmq' }, message: Message): Promise<PublishOutcome> {
    const outcome = await transports.rabbitmq.publish(to.channel, message, { mandatory: to.mandatory ?? true });
    if (outcome === 'returned') metrics.returned(to.channel, message.key);
    if (outcome === 'refused') metrics.refused(to.channel, message.key);
    return outcome;
  }

  async function toTopic({ channel }: Destination & { broker: 'kafka' }, message: Message): Promise<PublishOutcome> {
    const producer: TopicChannel['producer'] = TOPICS[channel].producer;
    const records = [{ topic: channel, message }];
    if (producer.transactional === true)
      await transports.kafka.transaction(`${who.service}-${who.instance}-${channel}`, (transaction) => transaction.send(records));
    else if (producer.batch === undefined) await transports.kafka.produce(records, producer);
    else await batchOf(channel, producer, producer.batch).add({ topic: channel, message });
    return 'confirmed';
  }

  function batchOf(
    topic: TopicName,
    options: ProduceOptions,
    batch: { readonly bytes: number; readonly lingerMs: number },
  ): BatchingProducer {
    let producer = batches.get(topic);
    if (producer === undefined)
      batches.set(topic, (producer = createBatchingProducer((records) => transports.kafka.produce(records, options), batch)));
    return producer;
  }

  /**
   * Attempts until the broker took it. A request to Kafka that is not answered in time is still under way, and its library repeats it under the same
   * number: it is waited for further. Another one beside it would be a second record, and one more for a busy broker to do.
   */
  async function persist(to: Destination, message: Message, signal: AbortSignal | undefined): Promise<PublishOutcome> {
    let request: Promise<PublishOutcome> | null = null;
    for (let attempt = 1; ; attempt += 1) {
      signal?.throwIfAborted();
      const last = attempt > limits.retries;
      try {
        request ??= to.broker === 'kafka' ? toTopic(to, message) : toExchange(to, message);
        const outcome = await within(request, limits.confirmMs);
        if (outcome !== 'refused' || last) return outcome;
        request = null;
      } catch (error) {
        if (error instanceof NoConfirm && link(to.broker).state() === 'blocked') {
          // It is in the socket that the broker does not read for now: a second one beside it would come after it.
          await state(to.broker, (now) => now !== 'blocked', signal);
          attempt -= 1;
          continue;
        }
        if (to.broker === 'rabbitmq' || !(error instanceof NoConfirm)) request = null;
        if (!ready(to.broker)) throw new NotConnected(`${to.broker} is away`, { cause: error });
        if (last) throw new PublishFailed(`${to.channel}: ${(error as Error).message}`, { cause: error });
        log.warn({ channel: to.channel, attempt, cause: (error as Error).name }, 'publishing failed, and is tried again');
      }
      await sleep(config.time(limits.retryMs * attempt), undefined, signal === undefined ? {} : { signal });
    }
  }

  async function publishTo(event: OutgoingEvent, to: Destination, signal: AbortSignal | undefined): Promise<PublishOutcome> {
    if (link(to.broker).state() === 'disconnected') throw new NotConnected(`${to.broker} is away`);
    const isBatched = to.broker === 'kafka' && 'batch' in TOPICS[to.channel].producer;
    if (!isBatched) {
      if (underWay.size >= limits.buffer) throw new BufferFull(`${limits.buffer} messages wait for their confirm`);
      await tokens.removeTokens(1);
    }
    const message = await toMessage(event, to, parts);
    // A blocked connection takes nothing for the moment: what is here waits in the buffer, what comes beyond it is refused.
    if (link(to.broker).state() === 'blocked') await state(to.broker, (now) => now !== 'blocked', signal);
    if (link(to.broker).state() === 'disconnected') throw new NotConnected(`${to.broker} is away`);
    const outcome = await persist(to, message, signal);
    if (outcome !== 'refused') metrics.published(to.channel, to.broker === 'kafka' ? event.type : message.key);
    return outcome;
  }

  async function state(broker: Destination['broker'], isRight: (state: LinkState) => boolean, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (isRight(link(broker).state())) return;
    await new Promise<void>((resolve, reject) => {
      const end = (act: () => void): void => {
        unlisten();
        signal?.removeEventListener('abort', abort);
        act();
      };
      const abort = (): void => end(() => reject(signal?.reason as Error));
      const unlisten = link(broker).onState((now) => isRight(now) && end(resolve));
      signal?.addEventListener('abort', abort);
    });
  }

  function track<T>(broker: Destination['broker'], work: Promise<T>): Promise<T> {
    underWay.set(work, broker);
    const done = (): void => void underWay.delete(work);
    work.then(done, done);
    return work;
  }

  return {
    async publish(event, signal) {
      const outcomes = await Promise.all(event.channels.map((to) => track(to.broker, publishTo(event, to, signal))));
      return outcomes.includes('refused') ? 'refused' : outcomes.includes('returned') ? 'returned' : 'confirmed';
    },
    async publishTogether(transactionalId, events, offsets, inside) {
      if (link('kafka').state() === 'disconnected') throw new NotConnected('kafka is away');
      const records = await Promise.all(
        events.flatMap((event) =>
          event.channels.map(async (to) => ({ topic: to.channel, message: await toMessage(event, to, parts), type: event.type })),
        ),
      );
      await track(
        'kafka',
        transports.kafka.transaction(transactionalId, async (transaction) => {
          if (records.length > 0) await transaction.send(records);
          await inside?.(transaction);
          if (offsets !== undefined) await transaction.sendOffsets(offsets.group, offsets.offsets);
        }),
      );
      for (const { topic, type } of records) metrics.published(topic, type);
    },
    ready,
    whenReady: (broker, signal) => state(broker, (now) => now === 'connected', signal),
    async flush() {
      for (const batch of batches.values()) batch.flush();
      // A broker that is away or blocks may do so for hours: what it has not taken is in the outbox still.
      const taken = [...underWay].filter(([, broker]) => ready(broker)).map(([work]) => work);
      await settledWithin(limits.drainMs, taken);
    },
  };
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new AbortController();
  // The late answer of an attempt that was given up is nobody's.
  work.catch(() => {});
  try {
    return await Promise.race([
      work,
      sleep(ms, undefined, { signal: late.signal }).then(() => {
        throw new NoConfirm(`no confirm within ${ms} ms`);
      }),
    ]);
  } finally {
    late.abort();
  }
}
