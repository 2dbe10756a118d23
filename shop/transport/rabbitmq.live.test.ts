import { openProxy } from './proxy.fixture';
import { connectRabbit } from './rabbitmq';
import { realBrokers } from './real-brokers.fixture';
import { describeQueueTransport } from './transport.contract';
import type { LogTransport } from './port';

/** The queue contract asks nothing of it. */
const noLog = { close: async () => {} } as LogTransport;

describeQueueTransport('RabbitMQ', async () => {
  const url = new URL(realBrokers().amqp);
  const proxy = await openProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  return {
    connect: async (who) => ({ rabbitmq: await connectRabbit(url.href, who, { time: (ms) => ms / 50 }), kafka: noLog }),
    outage: async (during) => {
      proxy.cut();
      await during();
      proxy.mend();
    },
    close: () => proxy.close(),
  };
});
