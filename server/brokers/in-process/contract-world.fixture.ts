import type { BrokerSystem, InboxName } from '@/lib/events/names';
import { groupOfInbox, inboxOfGroup } from '@/lib/events/names';
import type { ContractApplication, ContractMessage, ContractWorld } from '../broker.contract';
import { until } from '../broker.contract-tools';
import type { InProcessClient } from './client';
import { createInProcessEngine } from './engine';
import { openInProcessBroker } from './in-process-broker';
import type { Delivery } from './queue';

/** A new engine with the broker in one role and applications of the kind that role has. */
export async function openInProcessWorld(system: BrokerSystem): Promise<ContractWorld> {
  const engine = createInProcessEngine();
  const broker = openInProcessBroker(engine, { name: `contract-${system}`, system });
  const client = engine.client('application/1');
  const application =
    system === 'kafka'
      ? logApplication(
          client,
          (name) => engine.client(name),
          (topic) => engine.appendUndecodable(topic),
        )
      : queueApplication(client, (name) => engine.client(name));
  return {
    broker,
    application,
    async close() {
      client.close();
      await broker.close();
    },
  };
}

function logApplication(
  client: InProcessClient,
  connect: (name: string) => InProcessClient,
  undecodable: (topic: string) => void,
): ContractApplication {
  const partitions = new Map<string, number>();
  const of = (inbox: InboxName) => {
    const { group, topic } = groupOfInbox(inbox);
    return { group, topic: topic ?? '' };
  };
  return {
    async makeChannel(channel, options = {}) {
      partitions.set(channel, options.partitions ?? 1);
      client.declareTopic(channel, { partitions: options.partitions ?? 1 });
    },
    async deleteChannel(channel) {
      client.deleteTopic(channel);
    },
    async makeInbox(channel, title) {
      client.alterOffsets(
        title,
        Array.from({ length: partitions.get(channel) ?? 1 }, (_, partition) => ({ topic: channel, partition, offset: 0 })),
      );
      return inboxOfGroup(channel, title);
    },
    async publish(messages) {
      await client.produce(
        messages.map(({ channel, partition, key = null, headers = [], body }) => ({
          topic: channel,
          key,
          headers,
          body,
          ...(partition === undefined ? {} : { partition }),
        })),
      );
      return messages.map(() => 'accepted');
    },
    async consume(inbox, count) {
      const reader = connect('reader/1');
      const { group, topic } = of(inbox);
      const member = reader.join({ group, topics: [topic], from: 'earliest' });
      const taken: ContractMessage[] = [];
      while (taken.length < count) {
        for (const record of await member.poll(count - taken.length, 10_000)) {
          member.commit([{ topic, partition: record.partition, offset: record.offset + 1 }]);
          taken.push({ channel: topic, key: record.key, partition: record.partition, headers: record.headers, body: record.body });
        }
      }
      reader.close();
      return taken;
    },
    reject: () => Promise.reject(new Error('a log refuses nothing')),
    async attachConsumer(inbox, service) {
      const reader = connect(`${service}/1`);
      const { group, topic } = of(inbox);
      reader.join({ group, topics: [topic], from: 'earliest' });
      return { detach: async () => reader.close() };
    },
    undecodable: async (channel) => undecodable(channel),
  };
}

function queueApplication(client: InProcessClient, connect: (name: string) => InProcessClient): ContractApplication {
  const declared = new Set<string>();
  /** Deliveries one by one, as a consumer with prefetch 1 gets them. */
  async function deliveries(inbox: InboxName, count: number, answer: (delivery: Delivery) => void): Promise<Delivery[]> {
    const reader = connect('reader/1');
    const taken: Delivery[] = [];
    const consumer = reader.consume(inbox, { prefetch: 1 }, (delivery) => {
      if (taken.length === count) return;
      taken.push(delivery);
      answer(delivery);
      if (taken.length === count) consumer.cancel();
    });
    await until(`${count} messages come out of ${inbox}`, () => taken.length === count);
    reader.close();
    return taken;
  }
  return {
    async makeChannel(channel, options = {}) {
      client.declareExchange(channel, { type: 'topic', ...(options.alternate === undefined ? {} : { alternate: options.alternate }) });
    },
    async deleteChannel(channel) {
      client.deleteExchange(channel);
    },
    async makeInbox(channel, title, options = {}) {
      if (!declared.has(title))
        client.declareQueue(title, options.deadLetterTo === undefined ? {} : { deadLetterExchange: options.deadLetterTo });
      declared.add(title);
      client.bindQueue(title, channel, options.routingKey ?? '#');
      return title;
    },
    async publish(messages) {
      const outcomes: ('accepted' | 'returned')[] = [];
      for (const { channel, routingKey = '', headers = [], body } of messages) {
        const outcome = await client.publish({ exchange: channel, routingKey, headers, body: body ?? new Uint8Array(0), mandatory: true });
        outcomes.push(outcome === 'confirmed' ? 'accepted' : 'returned');
      }
      return outcomes;
    },
    async consume(inbox, count) {
      const taken = await deliveries(inbox, count, (delivery) => delivery.ack());
      return taken.map(({ message }) => ({
        channel: message.exchange,
        routingKey: message.routingKey,
        headers: message.headers,
        body: message.body,
      }));
    },
    async reject(inbox, count) {
      await deliveries(inbox, count, (delivery) => delivery.nack(false));
    },
    async attachConsumer(inbox, service) {
      const reader = connect(`${service}/1`);
      reader.consume(inbox, { prefetch: 10 }, () => undefined);
      return { detach: async () => reader.close() };
    },
    undecodable: { why: 'a message of an exchange is one piece of bytes: there is no batch that could be torn' },
  };
}
