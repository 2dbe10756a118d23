import { createInProcessEngine } from '../server/brokers/in-process/engine';
import { openInProcessBroker } from '../server/brokers/in-process/in-process-broker';
import { runCollectorChild } from '../server/collector-child';
import { systemOf } from '../server/config/schema';
import { isScenario, SCENARIOS, type Scenario } from '../shop/old/kernel/faults';
import type { Connect } from '../shop/old/kernel/service';
import { connectInProcess } from '../shop/old/transport/in-process';
import { startShop, type Shop } from '../shop/old/world';

/**
 * The demo's composition root, run as the collector's process: makes the in-process broker and hands it to both, the collector as its brokers
 * and the shop as its transport. The one file beside `server/start.ts` that may import both sides.
 */
runCollectorChild(async (config) => {
  // The store outlives a crash of this process, the engine does not: offsets go on from the time of the start.
  const engine = createInProcessEngine({ firstOffset: Date.now() });
  let shop: Shop | null = null;
  return {
    brokers: config.brokers.map((broker) => openInProcessBroker(engine, { name: broker.name, system: systemOf(broker) })),
    async onStarted({ bus }) {
      bus.answer('demo-scenario', async ({ scenario }) => {
        if (isScenario(scenario)) shop?.setScenario(scenario);
        return { scenario: shop?.scenario() ?? first, scenarios: Object.keys(SCENARIOS) };
      });
      shop = await startShop(
        connectTo(engine),
        { seed: Number(process.env.EVENTYARD_DEMO_SEED ?? 1), rate: Number(process.env.EVENTYARD_DEMO_RATE ?? 5) },
        first,
      );
    },
    close: async () => shop?.stop(),
  };
});

const asked = process.env.EVENTYARD_DEMO_SCENARIO ?? 'mixed';
const first: Scenario = isScenario(asked) ? asked : 'mixed';

function connectTo(engine: ReturnType<typeof createInProcessEngine>): Connect {
  return async (service, instance = 1) => {
    const transport = connectInProcess(engine, { service, instance });
    return { queues: transport, logs: transport, close: () => transport.close() };
  };
}
