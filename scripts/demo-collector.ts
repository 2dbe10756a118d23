import { createInProcessEngine } from '../server/brokers/in-process/engine';
import { openInProcessBroker } from '../server/brokers/in-process/in-process-broker';
import { runCollectorChild } from '../server/collector-child';
import { systemOf } from '../server/config/schema';
import { isScenario } from '../shop/traffic/scenario-names';
import { openPlayer, scenarioOr, type Player } from './demo/player';
import { inProcessBrokers } from './shop/in-process-brokers';

/**
 * The demo's composition root, run as the collector's process: makes the in-process broker and hands it to both, the collector as its brokers
 * and the shop as its transport. The one file beside `server/start.ts` that may import both sides.
 */
runCollectorChild(async (config) => {
  // The store outlives a crash of this process, the engine does not: offsets go on from the time of the start.
  const engine = createInProcessEngine({ firstOffset: Date.now() });
  let player: Player | null = null;
  return {
    brokers: config.brokers.map((broker) => openInProcessBroker(engine, { name: broker.name, system: systemOf(broker) })),
    async onStarted({ bus, log }) {
      const { EVENTYARD_DEMO_RATE: rate, EVENTYARD_DEMO_SEED: seed = '1', EVENTYARD_DEMO_SCENARIO: first = 'mixed' } = process.env;
      const { EVENTYARD_DEMO_REGISTRY_PORT: registryPort } = process.env;
      const opened = openPlayer({
        brokers: inProcessBrokers(engine),
        seed: Number(seed),
        ...(rate === undefined ? {} : { rate: Number(rate) }),
        ...(registryPort === undefined ? {} : { registryPort: Number(registryPort) }),
        onError: (error) => log.error({ err: error }, 'the shop could not go on'),
      });
      player = opened;
      bus.answer('demo-scenario', async ({ scenario }) => {
        if (isScenario(scenario)) opened.play(scenario);
        return opened.view();
      });
      opened.play(scenarioOr(first, 'mixed'));
    },
    close: async () => player?.close(),
  };
});
