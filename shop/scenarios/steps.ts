import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName } from '../kernel/http-server/address-book';
import type { Switches } from '../kernel/faults';
import type { Run, Step } from './scenario';

/** What can be done to a running shop. Scenarios are lists of these. */
export const signUp: Step = ({ customers }) => customers.signUp();

/** All orders of the plan, or those of a range (from 1), at the run's pace or another. */
export const orders =
  (range: { readonly from?: number; readonly to?: number; readonly rate?: number } = {}): Step =>
  ({ customers, plan, config }) =>
    customers.order(range.from ?? 1, range.to ?? plan.size, range.rate ?? config.rate);

export const kill =
  (service: ServiceName, instance = 1): Step =>
  ({ world }) =>
    world.kill(service, instance);
export const stop =
  (service: ServiceName, instance = 1): Step =>
  ({ world }) =>
    world.stop(service, instance);
export const start =
  (service: ServiceName, instance = 1): Step =>
  ({ world }) =>
    world.start(service, instance);
export const switchFaults =
  (patch: Switches): Step =>
  ({ world }) =>
    world.switchFaults(patch);
export const restartBroker =
  (broker: 'rabbitmq' | 'kafka'): Step =>
  ({ world }) =>
    world.restartBroker(broker);
/** Nominal milliseconds. */
export const pause =
  (ms: number): Step =>
  ({ config, signal }) =>
    sleep(config.time(ms), undefined, { signal }).catch(() => {});

/** Both at the same time. */
export const meanwhile =
  (...steps: readonly Step[]): Step =>
  async (run) =>
    void (await Promise.all(steps.map((step) => step(run))));

/** What was waited for did not come. */
export class Stalled extends Error {
  override readonly name = 'Stalled';

  constructor(
    readonly what: string,
    readonly goal: number,
    readonly reached: number,
  ) {
    super(`waited for ${what}: ${reached} of ${goal}, and nothing moves`);
  }
}

/** How long nothing may move. */
const PATIENCE_MS = 60_000;

/** Waits until a number is reached. @throws Stalled after a minute without any progress */
export const until =
  (what: string, number: (run: Run) => number | Promise<number>, wanted: number | ((run: Run) => number), patienceMs = PATIENCE_MS): Step =>
  async (run) => {
    const goal = typeof wanted === 'number' ? wanted : wanted(run);
    let [last, changed] = [-1, Date.now()];
    for (;;) {
      const now = await number(run);
      if (now >= goal || run.signal.aborted) return;
      if (now !== last) [last, changed] = [now, Date.now()];
      if (Date.now() - changed > patienceMs) throw new Stalled(what, goal, now);
      await sleep(50);
    }
  };

export const untilSent =
  (type: string, goal: (run: Run) => number): Step =>
  async (run) =>
    until(`${type} sent`, ({ tally }) => tally.get(type), goal(run))(run);

/** Messages ready in a queue. */
export const depthOf = async ({ world }: Run, queue: string): Promise<number> => (await world.transports.rabbitmq.depth(queue))?.ready ?? 0;

export const untilDepth = (queue: string, goal: number): Step => until(`${queue} holds`, (run) => depthOf(run, queue), goal);

/** Remembers a number under a name that the scenario's counts compare. */
export const see =
  (name: string, number: (run: Run) => number | Promise<number>): Step =>
  async (run) =>
    void run.seen.set(`seen.${name}`, await number(run));
