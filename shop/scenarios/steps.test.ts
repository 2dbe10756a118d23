import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProcessBrokers } from '../../scripts/shop/in-process-brokers';
import { createInProcessEngine } from '../../server/brokers/in-process/engine';
import { readConfig } from '../config';
import { openLocalWorld } from '../local-world';
import { WITHOUT_ORDERS } from '../traffic/expected';
import { planFor, runScenario } from './run-scenario';
import type { Scenario } from './scenario';
import { until } from './steps';

describe('a step that waits in vain', () => {
  it('[SR2] ends the story with what was waited for and how far it went; what is there by then is counted', async () => {
    let told = false;
    const story: Scenario = {
      name: 'unroutable',
      shows: 'nothing',
      shape: { orders: 1, mix: 'web' },
      steps: [until('the third', () => 2, 3, 100), async () => void (told = true)],
      expected: () => WITHOUT_ORDERS,
    };
    const data = mkdtempSync(join(tmpdir(), 'shop-stalled-'));
    const config = { ...readConfig({ flags: { scenario: story.name, timeFactor: 10, logLevel: 'silent', http: { basePort: 0 } } }), data };
    const world = await openLocalWorld({ config, plan: planFor(story, config), ...inProcessBrokers(createInProcessEngine()) });
    try {
      const outcome = await runScenario(story, config, world, new AbortController().signal);
      expect(outcome.differences).toEqual([{ key: 'waited for the third', expected: 3, actual: 2 }]);
      expect(outcome.actual).toMatchObject({ 'order.created': 0, 'ledger.sum': 0 });
      expect(told).toBe(false);
    } finally {
      await world.close();
      rmSync(data, { recursive: true, force: true });
    }
  });
});
