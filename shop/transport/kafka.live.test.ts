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
