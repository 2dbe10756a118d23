import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { connectKafka } from './kafka';
import { realBrokers } from './real-brokers.fixture';
import { describeLogTransport } from './transport.contract';
import type { QueueTransport } from './port';

/** The log contract asks nothing of it. */
const noQueues = { close: async () => {} } as QueueTransport;

describeLogTransport('Kafka', async () => ({
  connect: async (who) => ({ rabbitmq: noQueues, kafka: await connectKafka(realBrokers().kafka, who, { prefix: 'contract.' }) }),
  // Its clients follow the address that the broker itself tells, past any proxy: the scenario broker-restart stops a real one.
  outage: null,
  close: async () => {},
}));

it('[T7] a member that works on a record for longer than a session lasts is not taken for dead', async () => {
  const topic = `long-work-${randomUUID().slice(0, 8)}`;
  const kafka = await connectKafka(realBrokers().kafka, { service: 'contract', instance: 1 }, { prefix: 'contract.' });
  try {
    await kafka.declareTopics([{ name: topic, partitions: 1 }]);
    await kafka.produce(
      [{ topic, message: { id: 'm-1', type: 'thing.happened', key: 'k', body: new Uint8Array([1]), contentType: '', headers: {} } }],
      {
        acks: 'all',
      },
    );
    let times = 0;
    const done = new Promise<void>((resolve) => {
      void kafka.join({ group: topic, topics: [topic], start: 'earliest', recordsPerPoll: 10 }, async (batch) => {
        times += 1;
        // The session lasts 10 s.
        await sleep(14_000);
        await batch.commit(Number(batch.records.at(-1)?.offset) + 1);
        resolve();
      });
    });
    await done;
    expect(times).toBe(1);
    expect(await kafka.lag(topic, topic)).toBe(0);
  } finally {
    await kafka.close();
  }
});
