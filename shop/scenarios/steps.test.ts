import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../config';
import { WITHOUT_ORDERS } from '../traffic/expected';
import type { World } from '../world';
import { Tally } from './records';
import { planFor, runScenario } from './run-scenario';
import type { Scenario } from './scenario';
import { until } from './steps';

it('[SR2] a step that waits in vain ends the story with what was waited for and how far it went; what is there by then is counted', async () => {
  const data = mkdtempSync(join(tmpdir(), 'shop-stalled-'));
  let told = false;
  const story: Scenario = {
    name: 'unroutable',
    shows: 'nothing',
    shape: { orders: 1, mix: 'web' },
    steps: [until('the third', () => 2, 3, 100), async () => void (told = true)],
    expected: () => WITHOUT_ORDERS,
  };
  const config = readConfig({ flags: { scenario: story.name } });
  const plan = planFor(story, config);
  const nobody = {
    plan,
    tally: new Tally({ seed: 1, size: 1 }),
    transports: { rabbitmq: { depth: async () => null }, kafka: { lag: async () => 0 } },
    databaseOf: (service: string) => join(data, `${service}.db`),
  } as unknown as World;
  try {
    const outcome = await runScenario(story, config, nobody, new AbortController().signal);
    expect(outcome.differences).toEqual([{ key: 'waited for the third', expected: 3, actual: 2 }]);
    expect(outcome.actual).toMatchObject({ 'order.created': 0, 'ledger.sum': 0 });
    expect(told).toBe(false);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
