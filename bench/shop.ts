import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inProcessBrokers } from '@/scripts/shop/in-process-brokers';
import { createInProcessEngine } from '@/server/brokers/in-process/engine';
import { readConfig } from '@/shop/config';
import { openLocalWorld } from '@/shop/local-world';
import { openRealBrokers } from '@/shop/real-brokers';
import { planFor, runScenario } from '@/shop/scenarios/run-scenario';
import { SCENARIOS } from '@/shop/scenarios/scenarios';

/**
 * Orders a second end to end: from POST /orders until the last order is completed and everybody was told, all thirteen services in this process.
 *
 *   npm run bench:shop                    through the in-process broker
 *   npm run bench:shop -- --real          through RabbitMQ and Kafka (npm run brokers -- start)
 *   npm run bench:shop -- --orders 1000   --rate 500 (as fast as the customers ask)
 */
const { values } = parseArgs({
  options: {
    real: { type: 'boolean', default: false },
    orders: { type: 'string', default: '500' },
    rate: { type: 'string', default: '10000' },
  },
});
const data = mkdtempSync(join(tmpdir(), 'shop-bench-'));
const config = {
  ...readConfig({
    env: process.env,
    flags: { broker: values.real ? 'kafka+rabbitmq' : 'in-process', orders: values.orders, rate: values.rate, http: { basePort: 0 } },
  }),
  data,
};
const story = SCENARIOS['happy-path'];
const brokers = values.real ? await openRealBrokers(config) : inProcessBrokers(createInProcessEngine());
const world = await openLocalWorld({ config, plan: planFor(story, config), ...brokers });
const [began, cpu] = [performance.now(), process.cpuUsage()];
let lastAt = began;
let completed = 0;
const watch = setInterval(() => {
  const now = world.tally.get('order.completed');
  if (now !== completed) [completed, lastAt] = [now, performance.now()];
}, 20);
const outcome = await runScenario(story, config, world, new AbortController().signal);
clearInterval(watch);
const seconds = (lastAt - began) / 1_000;
const used = process.cpuUsage(cpu);
const sent = world.tally.notes;
console.table([
  {
    broker: config.broker,
    orders: outcome.orders,
    'orders/s': Number((outcome.orders / seconds).toFixed(1)),
    'notes/s': Math.round(sent / seconds),
    seconds: Number(seconds.toFixed(1)),
    'cores (this process)': Number(((used.user + used.system) / 1e6 / ((performance.now() - began) / 1_000)).toFixed(2)),
    'RSS MB': Math.round(process.memoryUsage().rss / 1_048_576),
    differences: outcome.differences.length,
  },
]);
await world.close();
rmSync(data, { recursive: true, force: true });
process.exit(outcome.differences.length === 0 ? 0 : 1);
