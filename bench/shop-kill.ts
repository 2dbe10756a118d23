import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readConfig } from '@/shop/config';
import { randomFrom } from '@/shop/kernel/random';
import { openProcessWorld } from '@/shop/process-world';
import { openRealBrokers } from '@/shop/real-brokers';
import { readDatabases } from '@/shop/scenarios/databases';
import { planFor, runScenario } from '@/shop/scenarios/run-scenario';
import { SCENARIOS } from '@/shop/scenarios/scenarios';
import type { Scenario } from '@/shop/scenarios/scenario';
import { kill, meanwhile, orders, signUp, start } from '@/shop/scenarios/steps';
import { START_ORDER, type World } from '@/shop/world';

/**
 * Kill -9 at random moments under a mixed load on real brokers: one process an instance, a random one dies in the middle and is started again. After each
 * round every count must be the plan's: nothing lost, nothing doubled in effect, the money adds up, no stock below zero.
 *
 *   npm run brokers -- start && npm run bench:shop-kill -- --rounds 20
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '20' }, orders: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});
const random = randomFrom(Number(values.seed));
const { shape } = SCENARIOS.mixed;
const table: Record<string, string | number>[] = [];

for (let round = 1; round <= Number(values.rounds); round += 1) {
  const data = mkdtempSync(join(tmpdir(), 'shop-kill-'));
  const victim = START_ORDER[Math.floor(random() * START_ORDER.length)] ?? 'order-service';
  const [after, down] = [500 + random() * 6_000, random() * 2_000];
  const story: Scenario = {
    name: 'mixed',
    shows: '',
    shape,
    steps: [
      signUp,
      meanwhile(orders({ rate: 20 }), async (run) => {
        await sleep(after);
        await kill(victim)(run);
        await sleep(down);
        await start(victim)(run);
      }),
    ],
    // What a kill may repeat: attempts, duplicates and dead letters are not promised, effects are.
    expected: () => ({ dead: null, 'outbox.pending': 0 }),
  };
  const flags = { broker: 'kafka+rabbitmq', orders: values.orders, seed: Number(values.seed) * 1_000 + round };
  const config = { ...readConfig({ env: process.env, flags }), data };
  const plan = planFor(story, config);
  const brokers = await openRealBrokers(config);
  const args = ['--broker', 'kafka+rabbitmq', '--scenario', 'mixed', '--seed', String(config.seed), '--orders', values.orders];
  const world: World = await openProcessWorld({ config, plan, args, ...brokers });
  const outcome = await runScenario(story, config, world, new AbortController().signal);
  const state = readDatabases(world);
  await world.close();
  rmSync(data, { recursive: true, force: true });
  const row = {
    round,
    'kill -9 of': victim,
    'after ms': Math.round(after),
    completed: state['orders.completed'] ?? 0,
    cancelled: state['orders.cancelled'] ?? 0,
    stuck: state['orders.open'] ?? 0,
    ledger: state['ledger.sum'] ?? 0,
    differences: outcome.differences.map(({ key, expected, actual }) => `${key} ${actual}≠${expected}`).join(' ') || 'none',
  };
  table.push(row);
  console.log(JSON.stringify(row));
}
console.table(table);
const bad = table.filter(({ differences }) => differences !== 'none').length;
console.log(`${table.length} rounds, ${bad} with differences`);
process.exit(bad === 0 ? 0 : 1);
