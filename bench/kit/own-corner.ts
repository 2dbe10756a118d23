import { randomBytes } from 'node:crypto';
import { aKafka, aRabbit } from './brokers';
import { openKafka } from './kafka-topic';

/** A corner of real brokers that nobody else uses: a virtual host and a prefix of topics, as settings of the shop. */
export interface OwnCorner {
  readonly env: Readonly<Record<string, string | undefined>>;
  end(): Promise<void>;
}

export async function anOwnCorner(): Promise<OwnCorner> {
  const name = `bench-${randomBytes(4).toString('hex')}`;
  const kafka = await aKafka();
  const rabbit = await aRabbit();
  const vhost = async (method: 'PUT' | 'DELETE'): Promise<void> => {
    const { origin, username, password } = new URL(rabbit.api);
    const headers = { authorization: `Basic ${btoa(`${username}:${password}`)}` };
    const answer = await fetch(`${origin}/api/vhosts/${name}`, { method, headers });
    if (!answer.ok) throw new Error(`${method} of the virtual host answered ${answer.status}`);
  };
  await vhost('PUT');
  return {
    env: {
      ...process.env,
      KAFKA_BROKERS: kafka.brokers,
      AMQP_URL: `${rabbit.url.replace(/\/$/, '')}/${name}`,
      RABBITMQ_API_URL: rabbit.api,
      SHOP_KAFKA_TOPIC_PREFIX: `${name}.`,
    },
    async end() {
      const admin = openKafka(kafka.brokers).admin();
      await admin.connect();
      const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(`${name}.`));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      await admin.disconnect();
      await vhost('DELETE');
      await rabbit.end();
      await kafka.end();
    },
  };
}
