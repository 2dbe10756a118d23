import { execFile } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../../shop/scenarios/run-scenario';
import { SCENARIOS } from '../../shop/scenarios/scenarios';
import { isScenario, type Scenario } from '../../shop/traffic/scenario-names';
import { brokerAddresses } from '../brokers/addresses';
import { openOwnPlace } from './own-place';

/**
 * `npm run shop:sweep [-- a,b,c] [--orders N] [--processes each]`: stories one after the other on real brokers, each in a program, a virtual
 * host, a topic prefix and a data folder of its own, one line each. Without names, all but the endless and the heavy one. Exit 1 when a line is not as planned.
 */
const LEFT_OUT: readonly Scenario[] = ['mixed', 'high-volume'];
const LIMIT_MS = 15 * 60_000;
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { orders: { type: 'string' }, processes: { type: 'string', default: 'one' } },
});

const all = (Object.keys(SCENARIOS) as Scenario[]).filter((name) => !LEFT_OUT.includes(name));
const named = positionals.flatMap((words) => words.split(',')).filter((word) => word !== '');
const unknown = named.filter((word) => !isScenario(word));

async function play(scenario: string): Promise<boolean> {
  const place = await openOwnPlace('sweep', brokerAddresses());
  try {
    const { code, said, complained } = await run(scenario, {
      SHOP_RABBITMQ_URL: place.amqpUrl,
      SHOP_KAFKA_TOPIC_PREFIX: place.topicPrefix,
      ...(values.processes === 'one' ? { SHOP_HTTP_BASE_PORT: '0' } : {}),
    });
    console.log(`${scenario.padEnd(24)} ${lineOf(code, said, complained)}`);
    return code === 0;
  } finally {
    await place.remove();
  }
}

function run(scenario: string, env: Readonly<Record<string, string>>): Promise<{ code: number; said: string; complained: string }> {
  const orders = values.orders === undefined ? [] : ['--orders', values.orders];
  const words = ['--broker', 'kafka+rabbitmq', '--processes', values.processes, '--scenario', scenario, ...orders, '--json'];
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: LIMIT_MS, maxBuffer: 1 << 26 };
    const child = execFile(process.execPath, ['--import', 'tsx', MAIN, ...words], options, (_, said, complained) =>
      resolve({ code: child.exitCode ?? 1, said, complained }),
    );
  });
}

function lineOf(code: number, said: string, complained: string): string {
  const outcome = outcomeIn(said);
  if (outcome === null) return `exit ${code}: ${complaintsIn(complained).slice(-8).join('\n    ')}`;
  const { orders, seconds, differences, violations } = outcome;
  const wrong = [...differences.map(({ key, expected, actual }) => `${key} ${actual} instead of ${expected}`), ...violations];
  return `${String(orders).padStart(4)} orders ${seconds.toFixed(1).padStart(6)} s  ${wrong.length === 0 ? 'all as planned' : wrong.join('; ')}`;
}

/** What was complained of, without the way it took through the code. */
const complaintsIn = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));

function outcomeIn(said: string): Outcome | null {
  try {
    return JSON.parse(said) as Outcome;
  } catch {
    return null;
  }
}

if (unknown.length > 0) {
  console.error(`no such scenario: ${unknown.join(', ')}`);
  process.exitCode = 2;
} else {
  const wrong: string[] = [];
  const list = named.length === 0 ? all : named;
  for (const scenario of list) if (!(await play(scenario))) wrong.push(scenario);
  console.log(`${list.length - wrong.length} of ${list.length} as planned${wrong.length === 0 ? '' : `; not: ${wrong.join(', ')}`}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
