import type { InProcessEngine } from '../../server/brokers/in-process/engine';
import type { InProcessBrokers } from '../../shop/program';
import { inProcessConnect } from '../../shop/transport/in-process';

/** How long a broker that is started anew is away. */
const AWAY_MS = 500;

/** Eventyard's in-process broker in the role of both of the shop's. */
export function inProcessBrokers(engine: InProcessEngine): InProcessBrokers {
  return {
    connect: inProcessConnect(engine),
    restartBroker: async (broker) => {
      const side = broker === 'kafka' ? 'logs' : 'queues';
      engine.stopBroker(side, 'is started anew');
      await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
      engine.startBroker(side);
    },
  };
}
