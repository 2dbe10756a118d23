import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { BrokerAddresses } from '../brokers/addresses';

/** A corner of shared brokers that nobody else uses: a virtual host and a prefix of topic and group names. */
export interface OwnPlace {
  readonly vhost: string;
  readonly amqpUrl: string;
  readonly topicPrefix: string;
  /** The virtual host and its queues, and every topic of the prefix. */
  remove(): Promise<void>;
}

/** @throws Error when the management API refuses */
export async function openOwnPlace(word: string, brokers: BrokerAddresses): Promise<OwnPlace> {
  const vhost = `${word}-${randomBytes(4).toString('hex')}`;
  await askForVhost('PUT', vhost, brokers);
  const topicPrefix = `${vhost}.`;
  return {
    vhost,
    amqpUrl: `${brokers.AMQP_URL.replace(/\/$/, '')}/${vhost}`,
    topicPrefix,
    remove: async () => {
      await askForVhost('DELETE', vhost, brokers);
      await deleteTopics(topicPrefix, brokers);
    },
  };
}

async function askForVhost(method: 'PUT' | 'DELETE', vhost: string, { RABBITMQ_API_URL: api }: BrokerAddresses): Promise<void> {
  const { origin, username, password } = new URL(api);
  const authorization = `Basic ${btoa(`${username}:${password}`)}`;
  const answer = await fetch(`${origin}/api/vhosts/${vhost}`, { method, headers: { authorization } });
  if (!answer.ok) throw new Error(`${method} of the vhost answered ${answer.status}`);
}

async function deleteTopics(prefix: string, { KAFKA_BROKERS }: BrokerAddresses): Promise<void> {
  const admin = new Kafka({ clientId: 'own-place', brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}
