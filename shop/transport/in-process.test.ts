import { createInProcessEngine } from '../../server/brokers/in-process/engine';
import { inProcessConnect } from './in-process';
import { describeLogTransport, describeQueueTransport, type TransportWorld } from './transport.contract';

const worldOf = (side: 'queues' | 'logs') => async (): Promise<TransportWorld> => {
  const engine = createInProcessEngine();
  return {
    connect: inProcessConnect(engine),
    outage: async (during) => {
      engine.stopBroker(side, 'restarting');
      await during();
      engine.startBroker(side);
    },
    close: async () => {
      for (const client of engine.clients()) client.close();
    },
  };
};

describeQueueTransport('in process', worldOf('queues'));
describeLogTransport('in process', worldOf('logs'));
