import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProcessBrokers } from '../../scripts/shop/in-process-brokers';
import { createInProcessEngine } from '../../server/brokers/in-process/engine';
import { readConfig } from '../config';
import { openLocalWorld } from '../local-world';
import type { Scenario } from '../traffic/scenario-names';
import { planFor, runScenario } from './run-scenario';
import { SCENARIOS } from './scenarios';

/** With few orders where the story allows it: what is counted is the plan's, whatever its size. */
export interface Played {
  readonly scenario: Scenario;
  /** The story's own number when not given. */
  readonly orders?: number;
  readonly rate?: number;
  readonly timeFactor?: number;
}

/** Seconds where nothing else runs; on a machine that is busy with everything else minutes. */
export const PLAY_MS = 600_000;

/** What the customers order, and how it ends. */
export const STORIES_OF_ORDERS: readonly Played[] = [
  { scenario: 'happy-path', orders: 10 },
  { scenario: 'payment-failure', orders: 10 },
  { scenario: 'inventory-short', orders: 10 },
  { scenario: 'shipment-failure', orders: 10 },
  { scenario: 'stuck-saga', orders: 10 },
  // At its own pace: in a run that is sped up a busy machine answers later than the orchestrator waits.
  { scenario: 'saga-timeout', orders: 7, timeFactor: 1 },
  { scenario: 'compensation-failure', orders: 6 },
  { scenario: 'duplicate-delivery', orders: 8 },
  { scenario: 'out-of-order', orders: 8 },
  { scenario: 'schema-change', orders: 8 },
  { scenario: 'no-headers', orders: 5 },
  { scenario: 'sync-vs-events', orders: 4 },
  { scenario: 'eventual-consistency', orders: 5 },
  { scenario: 'rebuild', orders: 6 },
  { scenario: 'new-subscriber', orders: 6 },
];

/** What goes wrong in the house: instances that die, brokers that restart, gateways that are down, queues that overflow. */
export const STORIES_OF_THE_HOUSE: readonly Played[] = [
  { scenario: 'orchestrator-crash', orders: 6 },
  { scenario: 'consumer-crash', orders: 12 },
  { scenario: 'broker-restart', orders: 16 },
  { scenario: 'poison-message', orders: 20 },
  { scenario: 'retry-storm', orders: 6 },
  { scenario: 'circuit-open', orders: 8 },
  { scenario: 'slow-consumer', orders: 60 },
  // Each order is two events of the topic: fewer would not be a lag above 200.
  { scenario: 'autoscale', orders: 110 },
  { scenario: 'outage-and-recover', orders: 6 },
  { scenario: 'request-reply-timeout' },
  { scenario: 'priority' },
  { scenario: 'unroutable' },
  { scenario: 'overload' },
  // Slowly, so that there are enough batches for one to abort.
  { scenario: 'transaction-abort', orders: 30, rate: 5 },
  { scenario: 'high-volume', timeFactor: 60 },
];

/** Plays it in this process, and gives what differs from the plan and what must never be true. */
export async function differencesOf({ scenario, orders, rate, timeFactor = 5 }: Played): Promise<readonly unknown[]> {
  const data = mkdtempSync(join(tmpdir(), 'shop-scenario-'));
  const story = SCENARIOS[scenario];
  const flags = { scenario, orders, rate: rate ?? story.rate, timeFactor, trace: story.trace, logLevel: 'silent', http: { basePort: 0 } };
  const config = { ...readConfig({ flags }), data };
  const world = await openLocalWorld({ config, plan: planFor(story, config), ...inProcessBrokers(createInProcessEngine()) });
  try {
    const outcome = await runScenario(story, config, world, new AbortController().signal);
    return [...outcome.differences, ...outcome.violations];
  } finally {
    await world.close();
    rmSync(data, { recursive: true, force: true });
  }
}
