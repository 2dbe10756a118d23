import { Kafka, logLevel } from 'kafkajs';
import { makeTopics } from '../../scripts/brokers/make-topics';
import { shopMessages } from './shop-messages';

const PARTITIONS = 6;
const A_REQUEST = 1_000;

export const openKafka = (brokers: string): Kafka =>
  new Kafka({ brokers: brokers.split(','), clientId: 'bench', logLevel: logLevel.NOTHING });

/** A topic with so many shop messages. Gives how to remove it again, and the mean size of a body. */
export async function aFilledTopic(
  brokers: string,
  topic: string,
  events: number,
): Promise<{ bodyBytes: number; remove: () => Promise<void> }> {
  const kafka = openKafka(brokers);
  const admin = kafka.admin();
  await admin.connect();
  await makeTopics(admin, [{ topic, numPartitions: PARTITIONS }]);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const bodyBytes = await fill(producer, topic, events);
  await producer.disconnect();
  return {
    bodyBytes,
    async remove() {
      await admin.deleteTopics({ topics: [topic] });
      await admin.disconnect();
    },
  };
}

async function fill(producer: ReturnType<Kafka['producer']>, topic: string, events: number): Promise<number> {
  const next = shopMessages();
  let bytes = 0;
  for (let sent = 0; sent < events; sent += A_REQUEST) {
    const messages = Array.from({ length: Math.min(A_REQUEST, events - sent) }, () => {
      const { key, headers, body } = next();
      bytes += body.length;
      return { key, headers, value: body };
    });
    await producer.send({ topic, messages, acks: 1 });
  }
  return Math.round(bytes / Math.max(1, events));
}
