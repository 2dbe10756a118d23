import { createInProcessEngine } from '../../../server/brokers/in-process/engine';
import { deadLetterQueue, deadLetterTopic } from './failing';
import { connectInProcess } from './in-process';
import type { Message } from './port';
import { describeTransportContract } from './transport.contract';

const text = (headers: readonly { name: string; value: Uint8Array | null }[]): Record<string, string> =>
  Object.fromEntries(headers.map(({ name, value }) => [name, new TextDecoder().decode(value ?? new Uint8Array())]));

describeTransportContract('in process, exchanges', async () => {
  const engine = createInProcessEngine();
  const letters: Message[] = [];
  return {
    channelKind: 'topic',
    connect: async (service) => connectInProcess(engine, { service, instance: 1 }),
    crash: async (transport) => transport.close(),
    deadLetters: async (_, inbox) => {
      const client = engine.client('letters');
      for (let got = client.get(deadLetterQueue(inbox)); got !== null; got = client.get(deadLetterQueue(inbox))) {
        letters.push({ id: '', type: '', key: got.routingKey, body: got.body, contentType: '', headers: text(got.headers) });
      }
      client.close();
      return letters;
    },
    close: async () => {
      for (const client of engine.clients()) client.close();
    },
  };
});

describeTransportContract('in process, topics', async () => {
  const engine = createInProcessEngine();
  const letters: Message[] = [];
  let reading = false;
  return {
    channelKind: 'log',
    connect: async (service) => connectInProcess(engine, { service, instance: 1 }),
    crash: async (transport) => transport.close(),
    deadLetters: async (channel, inbox) => {
      if (!reading) {
        reading = true;
        const reader = connectInProcess(engine, { service: 'letters', instance: 1 });
        await reader.subscribe(
          { inbox: `${inbox}-letters`, channel: deadLetterTopic(channel, inbox) },
          async (message) => void letters.push(message),
        );
      }
      return letters;
    },
    close: async () => {
      for (const client of engine.clients()) client.close();
    },
  };
});
