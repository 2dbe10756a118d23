import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProcessBrokers } from '../../scripts/shop/in-process-brokers';
import { createInProcessEngine } from '../../server/brokers/in-process/engine';
import { readConfig } from '../config';
import { openLocalWorld } from '../local-world';
import type { Scenario } from '../traffic/scenario-names';
import { planFor, runScenario } from './run-scenario';
import { SCENARIOS } from './scenarios';

/** With few orders where the story allows it: what is counted is the plan's, whatever its size. */
const PLAYED: readonly (readonly [Scenario, number | undefined])[] = [
  ['happy-path', 10],
  ['payment-failure', 10],
  ['inventory-short', 10],
  ['shipment-failure', 10],
  ['stuck-saga', 10],
  ['orchestrator-crash', 6],
  ['compensation-failure', 6],
  ['duplicate-delivery', 8],
  ['consumer-crash', 12],
  ['request-reply-timeout', undefined],
  ['unroutable', undefined],
  ['sync-vs-events', 4],
  ['no-headers', 5],
];

describe('a scenario ends with the counts of its plan, in one process', () => {
  it.each(PLAYED)('%s', async (scenario, orders) => {
    const data = mkdtempSync(join(tmpdir(), 'shop-scenario-'));
    const story = SCENARIOS[scenario];
    const flags = { scenario, orders, timeFactor: 5, trace: story.trace, logLevel: 'silent', http: { basePort: 0 } };
    const config = { ...readConfig({ flags }), data };
    const world = await openLocalWorld({ config, plan: planFor(story, config), ...inProcessBrokers(createInProcessEngine()) });
    try {
      const outcome = await runScenario(story, config, world, new AbortController().signal);
      expect([...outcome.differences, ...outcome.violations]).toEqual([]);
    } finally {
      await world.close();
      rmSync(data, { recursive: true, force: true });
    }
  });
});
