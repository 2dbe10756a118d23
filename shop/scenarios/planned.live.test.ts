import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerAddresses } from '../../scripts/brokers/addresses';
import { openOwnPlace, type OwnPlace } from '../../scripts/shop/own-place';
import { readConfig, type ShopConfig } from '../config';
import { openLocalWorld, type LocalWorld } from '../local-world';
import { openRealBrokers } from '../real-brokers';
import type { Scenario } from '../traffic/scenario-names';
import { planFor, runScenario } from './run-scenario';
import { SCENARIOS } from './scenarios';

/** Stories whose end comes soon, one after the other on one shop; `npm run shop:sweep` plays the others, too. */
const PLAYED: readonly (readonly [Scenario, number])[] = [
  ['inventory-short', 10],
  ['stuck-saga', 10],
  ['shipment-failure', 10],
  ['unroutable', 1],
  ['priority', 1],
  ['outage-and-recover', 10],
];

describe('on real brokers a scenario ends with the counts of its plan', () => {
  let place: OwnPlace;
  let world: LocalWorld;
  const data = mkdtempSync(join(tmpdir(), 'shop-planned-'));
  const configOf = (scenario: Scenario, orders: number, seed: number): ShopConfig & { readonly data: string } => {
    const { KAFKA_BROKERS: brokers } = brokerAddresses();
    const flags = {
      broker: 'kafka+rabbitmq',
      scenario,
      orders,
      seed,
      logLevel: 'silent',
      http: { basePort: 0 },
      kafka: { topicPrefix: place.topicPrefix, brokers },
      rabbitmq: { url: place.amqpUrl },
    };
    return { ...readConfig({ flags }), data };
  };

  beforeAll(async () => {
    place = await openOwnPlace('planned', brokerAddresses());
    const config = configOf('happy-path', 1, 0);
    world = await openLocalWorld({ config, plan: planFor(SCENARIOS['happy-path'], config), ...(await openRealBrokers(config)) });
  });
  afterAll(async () => {
    await world.close();
    await place.remove();
    rmSync(data, { recursive: true, force: true });
  });

  it.each(PLAYED.map(([scenario, orders], n) => [scenario, orders, n + 1] as const))('[SR1] %s', async (scenario, orders, seed) => {
    const story = SCENARIOS[scenario];
    const config = configOf(scenario, orders, seed);
    await world.play(planFor(story, config));
    const outcome = await runScenario(story, config, world, new AbortController().signal);
    expect([...outcome.differences, ...outcome.violations]).toEqual([]);
  });
});
