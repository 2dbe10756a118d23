import { setTimeout as sleep } from 'node:timers/promises';
import amqp from 'amqplib';
import { deadLetterQueue, deadLetterTopic } from './failing';
import { connectKafka } from './kafka';
import { connectRabbit } from './rabbitmq';
import type { Message, Transport } from './port';
import { realBrokers } from './real-brokers.fixture';
import { describeTransportContract } from './transport.contract';

/** A transport whose handler hangs can't be closed in order; the process that ran it would be gone. */
const closeAll = (transports: readonly Transport[]): Promise<unknown> =>
  Promise.race([Promise.all(transports.map((transport) => transport.close().catch(() => {}))), sleep(3_000, undefined, { ref: false })]);

describeTransportContract('RabbitMQ', async () => {
  const { amqp: url } = realBrokers();
  const opened: Transport[] = [];
  const queues = new Set<string>();
  const dead = new Map<string, Message[]>();
  const watcher = await amqp.connect(url);
  const channel = await watcher.createChannel();
  return {
    channelKind: 'topic',
    connect: async (service) => {
      const transport = await connectRabbit(url, { service, instance: 1 });
      opened.push(transport);
      return transport;
    },
    crash: (transport) => transport.close(),
    deadLetters: async (_, inbox) => {
      queues.add(inbox).add(deadLetterQueue(inbox));
      const letters = dead.get(inbox) ?? [];
      dead.set(inbox, letters);
      for (
        let got = await channel.get(deadLetterQueue(inbox), { noAck: true });
        got !== false;
        got = await channel.get(deadLetterQueue(inbox), { noAck: true })
      ) {
        const headers = Object.fromEntries(Object.entries(got.properties.headers ?? {}).map(([name, value]) => [name, String(value)]));
        letters.push({
          id: String(got.properties.messageId),
          type: String(got.properties.type),
          key: got.fields.routingKey,
          body: got.content,
          contentType: '',
          headers,
        });
      }
      return letters;
    },
    close: async () => {
      await closeAll(opened);
      for (const queue of queues) await channel.deleteQueue(queue);
      await watcher.close();
    },
  };
});

describeTransportContract('Kafka', async () => {
  const { kafka } = realBrokers();
  const opened: Transport[] = [];
  const dead = new Map<string, Message[]>();
  const connect = async (service: string): Promise<Transport> => {
    const transport = await connectKafka(kafka, { service, instance: 1 });
    opened.push(transport);
    return transport;
  };
  return {
    channelKind: 'log',
    connect,
    // Its handler hangs, so it sends no heartbeat: to the group it is as dead as after kill -9, when its session has run out.
    crash: async () => {},
    deadLetters: async (channel, inbox) => {
      const known = dead.get(inbox);
      if (known !== undefined) return known;
      const letters: Message[] = [];
      dead.set(inbox, letters);
      const reader = await connect('letters');
      await reader.subscribe(
        { inbox: `${inbox}-letters`, channel: deadLetterTopic(channel, inbox) },
        async (message) => void letters.push(message),
      );
      return letters;
    },
    close: async () => void (await closeAll(opened)),
  };
});
