import { Kafka, logLevel, type Consumer, type IHeaders, type KafkaMessage } from 'kafkajs';
import { attempt, deadLetterTopic, springDeathHeaders } from './failing';
import { connectionName, type Identity, type Message, type Transport } from './port';

/** Kafka: an idempotent producer with acks=all, consumers that commit after the work. Requests ride on a topic of replies, one group a service instance. */
export async function connectKafka(brokers: readonly string[], who: Identity): Promise<Transport> {
  const kafka = new Kafka({
    clientId: connectionName(who),
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 15, initialRetryTime: 200, maxRetryTime: 5_000 },
  });
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

  async function send(
    topic: string,
    message: Message,
    headers: Readonly<Record<string, string | Buffer>> = message.headers,
  ): Promise<void> {
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
      const consumer = kafka.consumer({
        groupId: inbox,
        allowAutoTopicCreation: false,
        sessionTimeout: 10_000,
        heartbeatInterval: 2_000,
        retry: { retries: 15 },
      });
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
            const failed = await attempt(subscription, handler, fromKafka(message), heartbeat);
            if (failed !== null) {
              const from = {
                topic: channel,
                group: inbox,
                partition: batch.partition,
                offset: Number(message.offset),
                timestampMs: Number(message.timestamp),
              };
              await send(deadLetterTopic(channel, inbox), fromKafka(message), {
                ...textHeaders(message.headers),
                ...springDeathHeaders(failed, from),
              });
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

/** A program that says nothing about itself sends no header, rather than an empty one. */
const withoutEmpty = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && last !== null) text[name] = last.toString();
  }
  return text;
}

function fromKafka(message: KafkaMessage): Message {
  const {
    'event-id': id = '',
    'event-type': type = '',
    'content-type': contentType = '',
    kafka_correlationId: correlationId,
    kafka_replyTopic: replyTo,
    ...headers
  } = textHeaders(message.headers);
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
