import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoView } from '../../lib/contract/demo';
import { readConfig, type ShopConfig } from '../../shop/config';
import { openLocalWorld, type LocalWorld } from '../../shop/local-world';
import type { InProcessBrokers } from '../../shop/program';
import { planFor, runScenario } from '../../shop/scenarios/run-scenario';
import { SCENARIOS } from '../../shop/scenarios/scenarios';
import { isScenario, type Scenario } from '../../shop/traffic/scenario-names';

export interface PlayerOptions {
  readonly brokers: InProcessBrokers;
  /** Orders per second; without it, what the scenario says. */
  readonly rate?: number;
  readonly seed: number;
  /** Where the shop's schema registry is to listen; without it, anywhere. */
  readonly registryPort?: number;
  readonly onError: (error: unknown) => void;
}

export interface Player {
  view(): DemoView;
  /** Ends what plays and begins this one. */
  play(scenario: Scenario): void;
  close(): Promise<void>;
}

/** Slow enough to be watched: a story of a hundred orders goes by in half a minute. */
const RATE = 4;

/** Plays scenarios on one living shop, one after the other. Each gets a seed of its own, so that no two orders have one id. */
export function openPlayer({ brokers, rate, seed, registryPort, onError }: PlayerOptions): Player {
  const data = mkdtempSync(join(tmpdir(), 'shop-demo-'));
  let world: LocalWorld | null = null;
  let worldTrace: ShopConfig['trace'] = 'full';
  let [name, state, turn]: [Scenario, DemoView['state'], number] = ['mixed', 'starting', 0];
  let differences: readonly string[] = [];
  let ending = new AbortController();
  let playing: Promise<void> = Promise.resolve();

  const begin = async (scenario: Scenario, cutShort: boolean, signal: AbortSignal): Promise<void> => {
    const story = SCENARIOS[scenario];
    const flags = {
      scenario,
      seed: seed + turn,
      rate: rate ?? story.rate ?? RATE,
      trace: story.trace ?? 'full',
      http: { basePort: 0, ...(registryPort !== undefined && { ports: { 'schema-registry': registryPort } }) },
    };
    const config = { ...readConfig({ flags }), data: join(data, story.trace ?? 'full') };
    const plan = planFor(story, config);
    if (world === null || worldTrace !== config.trace) {
      await world?.close();
      world = await openLocalWorld({ config, plan, ...brokers });
      worldTrace = config.trace;
    } else await world.play(plan);
    state = 'playing';
    const outcome = await runScenario(story, config, world, signal);
    if (signal.aborted) return;
    state = 'over';
    // What a story that was cut short leaves in the queues still dies in this one.
    const own = cutShort ? outcome.differences.filter(({ key }) => !/dead|failed/.test(key)) : outcome.differences;
    differences = own.map(({ key, expected, actual }) => `${key}: ${actual} instead of ${expected}`);
  };

  return {
    view: () => {
      const size = world?.plan.size ?? Infinity;
      return {
        scenario: name,
        scenarios: Object.values(SCENARIOS).map((story) => ({ name: story.name, shows: story.shows })),
        state,
        placed: state === 'starting' ? 0 : (world?.tally.get('order.created') ?? 0),
        orders: Number.isFinite(size) ? size : null,
        differences,
      };
    },
    play: (scenario) => {
      const cutShort = state !== 'over';
      ending.abort();
      ending = new AbortController();
      const { signal } = ending;
      [name, state, turn, differences] = [scenario, 'starting', turn + 1, []];
      playing = playing
        .then(() => (signal.aborted ? undefined : begin(scenario, cutShort, signal)))
        .catch((error: unknown) => {
          if (!signal.aborted) state = 'failed';
          onError(error);
        });
    },
    close: async () => {
      ending.abort();
      await playing;
      await world?.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export const scenarioOr = (name: string, otherwise: Scenario): Scenario => (isScenario(name) ? name : otherwise);
