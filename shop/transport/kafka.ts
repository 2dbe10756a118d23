import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer, type IHeaders, type KafkaMessage } from 'kafkajs';
import { connectionName, deathHeaders, Poison, type Handler, type Identity, type Message, type Subscription, type Transport } from './port';

/** Where what `group` could not handle of `topic` goes (Spring's naming, with Spring's headers). */
export const deadLetterTopic = (topic: string, group: string): string => `${topic}-${group}-dlt`;

/** Kafka: an idempotent producer with acks=all, consumers that commit after the work. Requests ride on a topic of replies, one group a service instance. */
export async function connectKafka(brokers: readonly string[], who: Identity): Promise<Transport> {
  const kafka = new Kafka({ clientId: connectionName(who), brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 15, initialRetryTime: 200, maxRetryTime: 5_000 } });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 5, allowAutoTopicCreation: false });
  const admin = kafka.admin();
  const consumers = new Set<Consumer>();
  const replies = new Map<string, (answer: Message) => void>();
  let replyTopic: Promise<string> | null = null;
  await Promise.all([producer.connect(), admin.connect()]);

  async function ensureTopics(topics: readonly { readonly topic: string; readonly numPartitions: number }[]): Promise<void> {
    const there = new Set(await admin.listTopics());
    const missing = topics.filter(({ topic }) => !there.has(topic));
    if (missing.length > 0) await admin.createTopics({ topics: missing.map((one) => ({ ...one })), waitForLeaders: true });
  }

  async function send(topic: string, message: Message, headers: Readonly<Record<string, string | Buffer>> = message.headers): Promise<void> {
    await producer.send({
      topic,
      acks: -1,
      messages: [
        {
          key: message.key,
          value: Buffer.from(message.body),
          headers: {
            ...withoutEmpty({ 'event-id': message.id, 'event-type': message.type, 'content-type': message.contentType }),
            ...headers,
            ...(message.correlationId === undefined ? {} : { kafka_correlationId: message.correlationId }),
            ...(message.replyTo === undefined ? {} : { kafka_replyTopic: message.replyTo }),
          },
        },
      ],
    });
  }

  async function openReplies(): Promise<string> {
    const topic = `${who.service}-replies`;
    await ensureTopics([{ topic, numPartitions: 1 }]);
    const consumer = kafka.consumer({ groupId: `${who.service}-${who.instance}-replies`, allowAutoTopicCreation: false });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: false });
    const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
    await consumer.run({
      eachMessage: async ({ message }) => {
        const answer = fromKafka(message);
        replies.get(answer.correlationId ?? '')?.(answer);
      },
    });
    await joined;
    consumers.add(consumer);
    return topic;
  }

  const transport: Transport = {
    kind: 'kafka',
    async declare(channels) {
      await ensureTopics(channels.map(({ name, partitions = 3 }) => ({ topic: name, numPartitions: partitions })));
    },
    async publish(topic, message) {
      await send(topic, message);
      return 'confirmed';
    },
    async subscribe(subscription, handler) {
      const { inbox, channel, from = 'earliest', prefetch = 10 } = subscription;
      await ensureTopics([{ topic: deadLetterTopic(channel, inbox), numPartitions: 1 }]);
      const consumer = kafka.consumer({ groupId: inbox, allowAutoTopicCreation: false, sessionTimeout: 10_000, heartbeatInterval: 2_000, retry: { retries: 15 } });
      await consumer.connect();
      await consumer.subscribe({ topic: channel, fromBeginning: from === 'earliest' });
      const joined = new Promise<void>((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
      let stopping = false;
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: Math.min(prefetch, 3),
        eachBatchAutoResolve: false,
        eachBatch: async ({ batch, resolveOffset, heartbeat, isRunning, isStale }) => {
          for (const message of batch.messages) {
            if (stopping || !isRunning() || isStale()) break;
            const failed = await handle(subscription, handler, message, heartbeat);
            if (failed !== null) {
              await send(deadLetterTopic(channel, inbox), fromKafka(message), { ...textHeaders(message.headers), ...springHeaders(subscription, batch.partition, message, failed) });
            }
            resolveOffset(message.offset);
            await consumer.commitOffsets([{ topic: channel, partition: batch.partition, offset: String(BigInt(message.offset) + 1n) }]);
            await heartbeat();
          }
        },
      });
      await joined;
      consumers.add(consumer);
      return {
        stop: async () => {
          stopping = true;
          consumers.delete(consumer);
          await consumer.disconnect();
        },
      };
    },
    async request(topic, message, timeoutMs) {
      const replyTo = await (replyTopic ??= openReplies());
      const correlationId = message.correlationId ?? message.id;
      return new Promise<Message>((resolve, reject) => {
        const done = (act: () => void): void => {
          clearTimeout(timer);
          replies.delete(correlationId);
          act();
        };
        const timer = setTimeout(() => done(() => reject(new Error('request timed out'))), timeoutMs);
        replies.set(correlationId, (answer) => done(() => resolve(answer)));
        send(topic, { ...message, correlationId, replyTo }).catch((error: Error) => done(() => reject(error)));
      });
    },
    async reply(to, answer) {
      if (to.replyTo !== undefined) await send(to.replyTo, { ...answer, correlationId: to.correlationId ?? to.id });
    },
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.disconnect()));
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    },
  };
  return transport;
}

/** Tries in place; gives the error of the last attempt, or null. */
async function handle({ attempts = 3, retryDelayMs = 50 }: Subscription, handler: Handler, message: KafkaMessage, heartbeat: () => Promise<void>): Promise<{ error: unknown; attempts: number } | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await handler(fromKafka(message), { attempt });
      return null;
    } catch (error) {
      if (attempt >= attempts || error instanceof Poison) return { error, attempts: attempt };
      await sleep(retryDelayMs * attempt);
      await heartbeat();
    }
  }
}

function springHeaders({ channel, inbox }: Subscription, partition: number, message: KafkaMessage, failed: { error: unknown; attempts: number }): Record<string, string | Buffer> {
  const why = deathHeaders(failed.error, { channel, key: '' }, failed.attempts);
  const offset = Buffer.alloc(8);
  offset.writeBigInt64BE(BigInt(message.offset));
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigInt64BE(BigInt(message.timestamp));
  const partitionBytes = Buffer.alloc(4);
  partitionBytes.writeInt32BE(partition);
  return {
    'kafka_dlt-original-topic': channel,
    'kafka_dlt-original-partition': partitionBytes,
    'kafka_dlt-original-offset': offset,
    'kafka_dlt-original-timestamp': timestamp,
    'kafka_dlt-original-timestamp-type': 'CreateTime',
    'kafka_dlt-original-consumer-group': inbox,
    'kafka_dlt-exception-fqcn': why['x-exception-type'] ?? '',
    'kafka_dlt-exception-message': why['x-exception-message'] ?? '',
    'kafka_dlt-exception-stacktrace': why['x-exception-stacktrace'] ?? '',
    'retry-count': why['retry-count'] ?? '0',
  };
}

/** A program that says nothing about itself sends no header, rather than an empty one. */
const withoutEmpty = (headers: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && last !== null) text[name] = last.toString();
  }
  return text;
}

function fromKafka(message: KafkaMessage): Message {
  const { 'event-id': id = '', 'event-type': type = '', 'content-type': contentType = '', kafka_correlationId: correlationId, kafka_replyTopic: replyTo, ...headers } = textHeaders(message.headers);
  return {
    id,
    type,
    contentType,
    headers,
    key: message.key?.toString() ?? '',
    body: message.value ?? new Uint8Array(),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(replyTo === undefined ? {} : { replyTo }),
  };
}
