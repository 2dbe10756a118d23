import { setTimeout as sleep } from 'node:timers/promises';
import type { ShopConfig } from '../config';
import { settledWithin } from '../kernel/drain';
import { checkInvariants } from '../kernel/invariants';
import { customersOf } from '../traffic/customers';
import { expectedOf, type Counts } from '../traffic/expected';
import { planOf, type Plan } from '../traffic/plan';
import type { World } from '../world';
import { countsOf, deadLetters } from './counts';
import type { Run, Scenario, Step } from './scenario';
import { orders, signUp, Stalled } from './steps';

export interface Outcome {
  readonly scenario: string;
  readonly orders: number;
  readonly seconds: number;
  readonly expected: Counts;
  readonly actual: Counts;
  /** Of the counts; before them what a step waited for in vain, which ended the story. */
  readonly differences: readonly Difference[];
  /** What must never be true of a shop at rest, and is. */
  readonly violations: readonly string[];
}

export interface Difference {
  readonly key: string;
  readonly expected: number;
  readonly actual: number;
}

export const planFor = (scenario: Scenario, config: Pick<ShopConfig, 'seed' | 'orders'>): Plan =>
  planOf(config.seed, scenario.shape, config.orders ?? scenario.shape.orders);

/** What the scenario must leave behind; keys as in `traffic/expected.ts`. Of a run without end nothing can be said. */
export function expectedFor(scenario: Scenario, plan: Plan): Counts {
  if (!Number.isFinite(plan.size)) return {};
  const counts = { violations: 0, ...expectedOf(plan), ...scenario.expected?.(plan) };
  return Object.fromEntries(Object.entries(counts).filter((entry): entry is [string, number] => entry[1] !== null));
}

/** Nothing moves for so long: the run has come to its end, or is stuck. Longer than the longest wait between two attempts. */
const STILL_MS = 15_000;
/** Once everything is there, so long is waited for what should not come. */
const SURPLUS_MS = 1_500;

/** So long a customer who is in the shop when it closes may still be answered. */
const LAST_REQUESTS_MS = 2_000;

/** Plays a bounded scenario on an open world, waits until nothing moves any more, and compares. */
export async function runScenario(scenario: Scenario, config: ShopConfig, world: World, signal: AbortSignal): Promise<Outcome> {
  const { plan, tally } = world;
  const customers = customersOf({ plan, urlOf: (service) => world.urlOf(service), time: (ms) => config.time(ms), signal });
  const before = await deadLetters({ world, before: {} });
  const run: Run = { config, plan, world, customers, tally, before, seen: new Map(), signal };
  const began = performance.now();
  const stalled = await tell(scenario.steps ?? [signUp, orders()], run);
  const seconds = (): number => (performance.now() - began) / 1_000;
  // Told to end in the middle: of what is under way nothing can be said, and a broker that blocks does not answer.
  if (signal.aborted)
    return { scenario: scenario.name, orders: plan.size, seconds: seconds(), expected: {}, actual: {}, differences: [], violations: [] };

  const expected = expectedFor(scenario, plan);
  const counted = await settled(run, scenario, expected);
  // Whatever went wrong: money adds up, stock is somebody's, every end means what it says.
  const { violations } = checkInvariants((service) => world.databaseOf(service));
  const actual = { ...counted, violations: violations.length };
  return {
    scenario: scenario.name,
    orders: plan.size,
    seconds: seconds(),
    expected,
    actual,
    differences: [...stalled, ...differencesOf(expected, actual)],
    violations: violations.map(({ rule, detail }) => `${rule}: ${detail}`),
  };
}

/** A step that waits in vain ends the story, not the program: what was reached by then is counted all the same. */
async function tell(steps: readonly Step[], run: Run): Promise<Difference[]> {
  try {
    for (const step of steps) if (!run.signal.aborted) await orTold(step(run), run.signal);
    return [];
  } catch (error) {
    if (!(error instanceof Stalled)) throw error;
    return [{ key: `waited for ${error.what}`, expected: error.goal, actual: error.reached }];
  }
}

/** What customers have begun is finished when the run is told to end, but no step keeps it from ending. */
async function orTold(step: Promise<void>, signal: AbortSignal): Promise<void> {
  const told = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await Promise.race([step, told.then(() => settledWithin(LAST_REQUESTS_MS, [step]))]);
}

async function settled(run: Run, scenario: Scenario, expected: Counts): Promise<Counts> {
  let [picture, changedAt] = ['', Date.now()];
  for (;;) {
    const lookedAt = Date.now();
    const actual = {
      ...(await countsOf(run, Object.keys(expected))),
      ...Object.fromEntries(run.seen),
      ...(await scenario.measured?.(run)),
    };
    const now = JSON.stringify([actual, run.tally.notes]);
    if (now !== picture) [picture, changedAt] = [now, Date.now()];
    const still = Date.now() - changedAt;
    const right = differencesOf(expected, { ...actual, violations: 0 }).length === 0;
    if (run.signal.aborted || still > (right ? SURPLUS_MS : STILL_MS + run.config.time(15_000))) return actual;
    // A look asks every queue and topic: on a busy machine it must not take the time that the shop needs.
    await sleep(Math.max(300, 3 * (Date.now() - lookedAt)));
  }
}

function differencesOf(expected: Counts, actual: Counts): Difference[] {
  return Object.entries(expected)
    .map(([key, wanted]) => ({ key, expected: wanted, actual: actual[key] ?? 0 }))
    .filter((one) => one.expected !== one.actual);
}
