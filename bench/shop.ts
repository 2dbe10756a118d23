import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inProcessBrokers } from '@/scripts/shop/in-process-brokers';
import { createInProcessEngine } from '@/server/brokers/in-process/engine';
import { readConfig } from '@/shop/config';
import { EXCHANGES, TOPICS } from '@/shop/kernel/channels';
import { openLocalWorld } from '@/shop/local-world';
import { openProcessWorld } from '@/shop/process-world';
import { openRealBrokers } from '@/shop/real-brokers';
import { planFor, runScenario } from '@/shop/scenarios/run-scenario';
import { SCENARIOS } from '@/shop/scenarios/scenarios';
import { orders, signUp, untilSent } from '@/shop/scenarios/steps';
import type { Tally } from '@/shop/scenarios/records';
import type { World } from '@/shop/world';
import { brokerPids } from './kit/brokers';
import { anOwnCorner } from './kit/own-corner';
import { cpuOfAll, rssOfAll, treeOf } from './kit/processes';
import { figure, pause, printFigures, printMachine, printTable } from './kit/report';

/**
 * Orders a second end to end: from the first POST /orders until the last order is completed. And memory over minutes of `mixed`.
 *
 *   npm run bench:shop                                  through the in-process broker, everything in this process
 *   npm run bench:shop -- --real [--processes each]     through RabbitMQ and Kafka, in one process or in one each
 *   npm run bench:shop -- --memory [--minutes 10]       mixed, in this process
 *   --orders 500 --rate 10000 (as fast as the customers are answered)
 */
const { values } = parseArgs({
  options: {
    real: { type: 'boolean', default: false },
    processes: { type: 'string', default: 'one' },
    orders: { type: 'string', default: '500' },
    rate: { type: 'string', default: '10000' },
    memory: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
  },
});
const data = mkdtempSync(join(tmpdir(), 'shop-bench-'));
process.once('exit', () => rmSync(data, { recursive: true, force: true }));
printMachine();
/** What the broker keeps is the broker's memory: here so little that it is full within a minute or two, and no longer grows. */
const KEPT = { keep: { records: 100, bytes: 2 ** 20 }, journal: { records: 1_000, bytes: 2 ** 22 } };

process.exit((values.memory ? await memory() : await throughput()) ? 0 : 1);

/** Messages on the brokers, in distinct ids. */
function eventsOf(tally: Tally): number {
  return [...Object.keys(EXCHANGES), ...Object.keys(TOPICS)].reduce((sum, channel) => sum + tally.get(`channel.${channel}`), 0);
}

async function throughput(): Promise<boolean> {
  const corner = values.real ? await anOwnCorner() : null;
  const broker = values.real ? 'kafka+rabbitmq' : 'in-process';
  const flags = { broker, orders: values.orders, rate: values.rate };
  const env = corner?.env ?? process.env;
  const config = { ...readConfig({ env, flags: { ...flags, http: { basePort: 0 } } }), data };
  const story = SCENARIOS['happy-path'];
  const plan = planFor(story, config);
  const each = values.real && values.processes === 'each';
  const lost: string[] = [];
  const world: World = each
    ? await openProcessWorld({
        config,
        plan,
        args: Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
        env,
        onLost: (what) => void lost.push(what),
        ...(await openRealBrokers(config)),
      })
    : await openLocalWorld({
        config,
        plan,
        ...(corner === null ? inProcessBrokers(createInProcessEngine()) : await openRealBrokers(config)),
      });

  const brokers = corner === null ? [] : brokerPids();
  const cpu = (): readonly number[] => [cpuOfAll(treeOf(process.pid)), ...brokers.map(({ pid }) => cpuOfAll(treeOf(pid)))];
  let [seconds, events, used, rss] = [0, 0, [] as readonly number[], 0];
  const outcome = await runScenario(
    {
      ...story,
      steps: [
        signUp,
        async (run) => {
          const [began, before, eventsBefore] = [performance.now(), cpu(), eventsOf(run.tally)];
          await orders()(run);
          await untilSent('order.completed', () => plan.size)(run);
          seconds = (performance.now() - began) / 1_000;
          used = cpu().map((now, index) => now - (before[index] ?? 0));
          events = eventsOf(run.tally) - eventsBefore;
          rss = rssOfAll(treeOf(process.pid));
        },
      ],
    },
    config,
    world,
    new AbortController().signal,
  );
  await world.close();
  await corner?.end();

  const [own = 0, ...theirs] = used;
  const all = used.reduce((sum, one) => sum + one, 0);
  const where = values.real ? `real brokers, ${each ? 'a process an instance' : 'all services in one process'}` : 'in-process broker';
  printTable([
    ['CPU-seconds', 'of'],
    [own.toFixed(1), 'the shop and its customers'],
    ...theirs.map((one, index) => [one.toFixed(1), brokers[index]?.name ?? '']),
  ]);
  printFigures(`${plan.size} orders, ${where}: ${seconds.toFixed(1)} s, ${all.toFixed(1)} CPU-s of all processes`, [
    figure('orders a second, end to end', plan.size / seconds, values.real ? 150 : null, 'more', '/s'),
    figure('events a second', events / seconds, values.real ? null : 1_000, 'more', '/s', 0),
    figure('events an order', events / plan.size, null, 'more'),
    figure('cores in use, brokers included', all / seconds, values.real ? 2 : 1.15, 'less', '', 2),
    figure('CPU-milliseconds an order', (all * 1_000) / plan.size, null, 'less', 'ms'),
    figure('memory of the shop', rss / 2 ** 20, null, 'less', 'MB', 0),
    figure('counts that differ from the plan', outcome.differences.length, 0, 'less'),
  ]);
  for (const { key, expected, actual } of outcome.differences) console.log(`  ${key}: ${actual} instead of ${expected}`);
  for (const what of lost) console.log(`  ${what}`);
  return outcome.differences.length === 0 && lost.length === 0;
}

/** Flat: the highest of the last third is at most a tenth above the highest of the second. The first is for caches and for what a broker keeps. */
async function memory(): Promise<boolean> {
  const story = SCENARIOS.mixed;
  const config = { ...readConfig({ flags: { scenario: 'mixed', rate: story.rate, http: { basePort: 0 } } }), data };
  const world = await openLocalWorld({ config, plan: planFor(story, config), ...inProcessBrokers(createInProcessEngine(KEPT)) });
  const ending = new AbortController();
  const minutes = Number(values.minutes);
  const playing = runScenario(story, config, world, ending.signal);
  const samples: { readonly at: number; readonly rss: number; readonly heap: number }[] = [];
  const step = Math.min(60, minutes * 6);
  for (const began = performance.now(); performance.now() - began < minutes * 60_000;) {
    await Promise.race([pause(step * 1_000), playing]);
    // What nobody holds any more is not memory in use; without the flag the heap is as the collector left it.
    (globalThis as { gc?: () => void }).gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    samples.push({ at: (performance.now() - began) / 60_000, rss: rss / 2 ** 20, heap: heapUsed / 2 ** 20 });
    const last = samples.at(-1)!;
    console.log(
      `  ${last.at.toFixed(1)} min  RSS ${last.rss.toFixed(0)} MB  heap ${last.heap.toFixed(0)} MB  ${world.tally.get('order.created')} orders, ${eventsOf(world.tally)} events`,
    );
  }
  ending.abort();
  await playing;
  await world.close();
  const most = (key: 'rss' | 'heap', from: number, to: number): number =>
    Math.max(...samples.filter(({ at }) => at > minutes * from && at <= minutes * to + step / 60).map((one) => one[key]));
  const growth = (key: 'rss' | 'heap'): number => most(key, 2 / 3, 1) / most(key, 1 / 3, 2 / 3);
  printFigures(`Memory over ${minutes} minutes of mixed, in this process`, [
    figure('RSS, last third ÷ second third', growth('rss'), 1.1, 'less', '', 2),
    figure('heap, last third ÷ second third', growth('heap'), 1.1, 'less', '', 2),
    figure('most RSS', most('rss', 0, 1), null, 'less', 'MB', 0),
  ]);
  return growth('rss') <= 1.1;
}
