import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '@/shop/config';
import { checkInvariants } from '@/shop/kernel/invariants';
import { randomFrom } from '@/shop/kernel/random';
import { openProcessWorld } from '@/shop/process-world';
import { openRealBrokers } from '@/shop/real-brokers';
import { planFor, runScenario } from '@/shop/scenarios/run-scenario';
import { SCENARIOS } from '@/shop/scenarios/scenarios';
import type { Scenario } from '@/shop/scenarios/scenario';
import { kill, meanwhile, orders, signUp, start } from '@/shop/scenarios/steps';
import { expectedOf, fateOf, type Counts } from '@/shop/traffic/expected';
import type { Plan } from '@/shop/traffic/plan';
import { START_ORDER } from '@/shop/world';
import { anOwnCorner } from './kit/own-corner';
import { effectsAfter, effectsOf, givenUp } from './kit/shop-effects';

/**
 * Kill -9 at random moments under a mixed load on real brokers: one process an instance, in each round a random one dies among the orders and is
 * started again. After each round everything since the first is compared with the plan: nothing lost, nothing doubled in effect, the money adds up, no
 * stock below zero, every order ended or is one that was planned to be stuck. A saga that gave up while a process was away is named: its order was undone
 * as it must be, which from then on is a difference to the plan. It happens where a process takes longer to start than the saga's patience (12 s ÷ factor).
 *
 *   npm run brokers -- start && npm run bench:shop-kill [-- --rounds 20 --orders 15 --rate 6 --seed 1 --time-factor 2]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    /** In each round. */
    orders: { type: 'string', default: '15' },
    rate: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    'time-factor': { type: 'string', default: '2' },
  },
});
const [rounds, perRound, rate] = [Number(values.rounds), Number(values.orders), Number(values.rate)];
const random = randomFrom(Number(values.seed));
const data = mkdtempSync(join(tmpdir(), 'shop-kill-'));
const flags = {
  broker: 'kafka+rabbitmq',
  scenario: 'mixed',
  orders: String(rounds * perRound),
  seed: values.seed,
  timeFactor: values['time-factor'],
};
const corner = await anOwnCorner();
const { env } = corner;
const config = { ...readConfig({ env, flags: { ...flags, http: { basePort: 0 } } }), data };
const plan = planFor(SCENARIOS.mixed, config);
const args = ['broker', 'scenario', 'orders', 'seed'].flatMap((name) => [`--${name}`, flags[name as 'seed']]);
const instances = START_ORDER.flatMap((service) => Array.from({ length: config.instances[service] }, (_, n) => [service, n + 1] as const));
const lost: string[] = [];

console.log(`${rounds} rounds of ${perRound} orders at ${rate}/s, seed ${values.seed}, waits ÷ ${values['time-factor']}`);
const opened = Date.now();
const world = await openProcessWorld({
  config,
  plan,
  args: [...args, '--time-factor', values['time-factor']],
  env,
  onLost: (what) => void lost.push(what),
  ...(await openRealBrokers(config)),
});
console.log(`${world.pids().length} processes are up after ${((Date.now() - opened) / 1_000).toFixed(0)} s`);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

const table: Record<string, string | number>[] = [];
for (let round = 1; round <= rounds && !stopping.signal.aborted; round += 1) table.push(await play(round));
console.table(table);
await world.close();
await corner.end();
rmSync(data, { recursive: true, force: true });
const bad = table.filter(({ differences }) => differences !== 'none').length;
for (const what of lost) console.log(what);
console.log(
  `${table.length} rounds, ${table.length * perRound} orders, ${bad} rounds with differences, ${lost.length} processes that ended by themselves`,
);
process.exit(bad === 0 && lost.length === 0 && table.length === rounds ? 0 : 1);

async function play(round: number): Promise<Record<string, string | number>> {
  const so = firstOrders(plan, round * perRound);
  const [service, instance] = instances[Math.floor(random() * instances.length)] ?? ['order-service', 1];
  const [after, down] = [random() * ((perRound / rate) * 1_000 + 1_500), random() * 1_000];
  let expected: Counts = {};
  const story: Scenario = {
    name: 'mixed',
    shows: '',
    shape: plan.shape,
    steps: [
      ...(round === 1 ? [signUp] : []),
      meanwhile(orders({ from: so.size - perRound + 1, to: so.size, rate }), async (run) => {
        await sleep(after);
        await kill(service, instance)(run);
        await sleep(down);
        await start(service, instance)(run);
      }),
    ],
    // Dead letters are printed, not compared: a broken mail dies as planned, and what a kill may repeat is the attempt, never the effect.
    expected: () => {
      const counts = expectedOf(so);
      // A refund that fails is tried for half a minute until a person is asked: before that the round is not over.
      const asked = so.orders().filter(({ marks }) => marks.includes('refund-fails')).length;
      expected = { ...counts, ...effectsAfter(so, counts), 'outbox.pending': 0, 'saga.intervention.required': asked };
      return { ...expected, dead: null };
    },
    measured: async () => effectsOf(world),
  };
  const { actual, differences, violations, seconds } = await runScenario(story, config, { ...world, plan: so }, stopping.signal);
  const { open } = checkInvariants((name) => world.databaseOf(name));
  const stuck = new Set(
    so
      .orders()
      .filter((order) => fateOf(order) === 'silent' && order.fulfilment === 'choreography')
      .map((order) => order.orderId),
  );
  const by = (sign: 1 | -1): number => differences.reduce((sum, one) => sum + Math.max(0, sign * (one.actual - one.expected)), 0);
  const unplanned = open.filter((id) => !stuck.has(id));
  const row = {
    round,
    'kill -9 of': `${service}/${instance}`,
    'after ms': Math.round(after),
    'down ms': Math.round(down),
    seconds: Math.round(seconds),
    completed: actual['orders.completed'] ?? 0,
    cancelled: actual['orders.cancelled'] ?? 0,
    stuck: open.length,
    lost: by(-1),
    doubled: by(1),
    ledger: actual['ledger.sum'] ?? 0,
    dead: actual.dead ?? 0,
    'given up': givenUp(world, so).join(' ') || 'none',
    differences:
      [...differences.map(({ key, expected: wanted, actual: found }) => `${key} ${found}≠${wanted}`), ...violations, ...unplanned].join(
        '; ',
      ) || 'none',
  };
  console.log(JSON.stringify(row));
  if (row.differences !== 'none') console.log(JSON.stringify({ expected, actual }));
  return row;
}

/** The same plan, as far as it has been ordered. */
function firstOrders(whole: Plan, size: number): Plan {
  return { ...whole, size, orders: () => whole.orders().slice(0, size) };
}
