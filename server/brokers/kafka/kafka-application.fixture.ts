import { setTimeout as wait } from 'node:timers/promises';
import { Kafka, logLevel, type Consumer } from 'kafkajs';
import { compressFrameSync } from 'lz4-napi';
import pino from 'pino';
import { groupOfInbox, inboxOfGroup } from '@/lib/events/names';
import type { ContractApplication, ContractMessage } from '../broker.contract';
import { brokerAddresses } from '@/scripts/brokers/addresses';
import { makeTopics } from '@/scripts/brokers/make-topics';
import { KafkaLink } from './kafka-link';
import type { KafkaSettings } from './kafka-settings';
import { ByteReader } from './wire/byte-reader';
import { ByteWriter } from './wire/byte-writer';
import { encodeBatch, NO_PRODUCER } from './wire/encode-batch';
import { encodeRecordBatch, type FixtureBatch } from './wire/record-batch.fixture';

export const silent = pino({ level: 'silent' });

export const testSettings = (more: Partial<KafkaSettings> = {}): KafkaSettings => ({
  name: 'kafka',
  brokers: brokerAddresses().KAFKA_BROKERS.split(','),
  ...more,
});

/** With the time of now: a batch of years ago falls to retention while a test reads it. */
export const batchOfNow = (batch: FixtureBatch): Buffer => encodeRecordBatch({ baseTime: Date.now(), maxTime: Date.now(), ...batch });

/** An application on the real Kafka: kafkajs as it is for groups and topics; record batches by hand, because kafkajs can't write every header. */
export interface KafkaApplication extends ContractApplication {
  readonly kafka: Kafka;
  readonly link: KafkaLink;
  /** Puts one finished record batch into a partition; gives its first offset. */
  append(topic: string, partition: number, batch: Buffer): Promise<number>;
  close(): Promise<void>;
}

export async function openKafkaApplication(settings: KafkaSettings = testSettings()): Promise<KafkaApplication> {
  const kafka = new Kafka({ brokers: [...settings.brokers], clientId: 'application', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const link = new KafkaLink(settings, silent);
  const made = new Set<string>();
  const consumers = new Set<Consumer>();

  /** As any producer does it: again while the partition has no leader yet, or another one. */
  async function append(topic: string, partition: number, batch: Buffer): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const { errorCode, offset } = await appendOnce(topic, partition, batch);
      if (errorCode === 0) return offset;
      if (![3, 5, 6].includes(errorCode) || attempt === 100) throw new Error(`produce: error ${errorCode}`);
      await wait(100);
    }
  }

  async function appendOnce(topic: string, partition: number, batch: Buffer): Promise<{ errorCode: number; offset: number }> {
    const { topics } = await link.metadata([topic]);
    const leader = topics[0]?.partitions.find((one) => one.partition === partition)?.leader ?? -1;
    return link.send(leader, {
      apiKey: 0,
      apiName: 'Produce',
      apiVersion: 7,
      bytes: new ByteWriter()
        .string(null)
        .int16(-1)
        .int32(10_000)
        .int32(1)
        .string(topic)
        .int32(1)
        .int32(partition)
        .int32(batch.length)
        .raw(batch)
        .bytes(),
      read: (payload) => {
        const reader = new ByteReader(payload, 4);
        reader.string();
        reader.skip(8);
        return { errorCode: reader.int16(), offset: reader.int64() };
      },
    });
  }

  async function consumerOf(group: string, clientId: string): Promise<Consumer> {
    const own = new Kafka({ brokers: [...settings.brokers], clientId, logLevel: logLevel.NOTHING });
    const consumer = own.consumer({ groupId: group, allowAutoTopicCreation: false, maxWaitTimeInMs: 100 });
    consumers.add(consumer);
    await consumer.connect();
    return consumer;
  }

  async function gone(consumer: Consumer): Promise<void> {
    consumers.delete(consumer);
    await consumer.disconnect();
  }

  async function consume(inbox: string, count: number): Promise<ContractMessage[]> {
    const { topic, group } = groupOfInbox(inbox);
    const consumer = await consumerOf(group, 'reader');
    await consumer.subscribe({ topic: topic ?? '', fromBeginning: true });
    const taken: ContractMessage[] = [];
    const next = new Map<number, string>();
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      void consumer.run({
        autoCommit: false,
        eachMessage: async ({ partition, message }) => {
          if (taken.length === count) return;
          taken.push({ channel: topic ?? '', partition, key: message.key, body: message.value });
          next.set(partition, String(Number(message.offset) + 1));
          if (taken.length === count) resolve();
        },
      });
    });
    await consumer.commitOffsets([...next].map(([partition, offset]) => ({ topic: topic ?? '', partition, offset })));
    await gone(consumer);
    return taken;
  }

  return {
    kafka,
    link,
    append,
    async makeChannel(channel, options = {}) {
      await makeTopics(admin, [{ topic: channel, numPartitions: options.partitions ?? 1, replicationFactor: 1 }]);
      made.add(channel);
    },
    async deleteChannel(channel) {
      made.delete(channel);
      await admin.deleteTopics({ topics: [channel] });
    },
    async makeInbox(channel, title) {
      const { topics } = await link.metadata([channel]);
      const partitions = (topics[0]?.partitions ?? []).map(({ partition }) => ({ partition, offset: '0', metadata: null }));
      for (let attempt = 0; ; attempt++) {
        const { coordinator } = await link.ask<{ coordinator: { nodeId: number } }>(null, 'GroupCoordinator', {
          groupId: title,
          coordinatorType: 0,
        });
        const answer = await link
          .ask<{ responses: { partitions: { errorCode: number }[] }[] }>(coordinator.nodeId, 'OffsetCommit', {
            groupId: title,
            groupGenerationId: -1,
            memberId: '',
            topics: [{ topic: channel, partitions }],
          })
          .catch((error: unknown) => (attempt < 50 ? null : Promise.reject(error)));
        if (answer?.responses.every((topic) => topic.partitions.every((one) => one.errorCode === 0))) break;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return inboxOfGroup(channel, title);
    },
    async publish(messages) {
      const counts = new Map<string, number>();
      for (const { channel, partition, key = null, headers = [], body } of messages) {
        const turn = counts.get(channel) ?? 0;
        counts.set(channel, turn + 1);
        await append(channel, partition ?? 0, encodeBatch({ key, value: body, headers, timeMs: Date.now() }, NO_PRODUCER));
      }
      return messages.map(() => 'accepted');
    },
    consume,
    reject: () => Promise.reject(new Error('Kafka refuses nothing')),
    async attachConsumer(inbox, service) {
      const { topic, group } = groupOfInbox(inbox);
      const consumer = await consumerOf(group, `${service}/1`);
      const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
      await consumer.subscribe({ topic: topic ?? '' });
      await consumer.run({ autoCommit: false, eachMessage: async () => undefined });
      await joined;
      return { detach: () => gone(consumer) };
    },
    undecodable: async (channel) => {
      await append(channel, 0, tornBatch());
    },
    async close() {
      await Promise.all([...consumers].map((consumer) => consumer.disconnect()));
      if (made.size > 0) await admin.deleteTopics({ topics: [...made] }).catch(() => undefined);
      await Promise.all([admin.disconnect(), link.close()]);
    },
  };
}

/** Kafka does not look at the checksum over an lz4 frame's content, decoders do. */
function tornBatch(): Buffer {
  return batchOfNow({
    codec: 3,
    records: [{ value: 'torn' }],
    pack: (records) => {
      const frame = Buffer.from(compressFrameSync(records, { contentChecksum: true }));
      frame.writeUInt32LE((frame.readUInt32LE(frame.length - 4) ^ 0xffffffff) >>> 0, frame.length - 4);
      return frame;
    },
  });
}
