import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readCommandLine, type CommandLine, type ShopConfig } from './config';
import { askDatabases } from './ask-databases';
import type { Program } from './program';
import { NoBroker, openRealBrokers } from './real-brokers';
import { faultsOf } from './kernel/faults';
import { openAddressBook } from './kernel/http-server/address-book';
import { openLocalWorld } from './local-world';
import { declareEverything } from './open-instance';
import { openProcessWorld, recordsIn, type ProcessWorldParts } from './process-world';
import { notebookIn } from './scenarios/records';
import { expectedFor, planFor, runScenario, type Outcome } from './scenarios/run-scenario';
import { SCENARIOS } from './scenarios/scenarios';
import { startInstance, type StartedInstance } from './start-instance';
import type { Identity } from './transport/port';
import type { World } from './world';

const USAGE = `npm run shop -- [--broker in-process|kafka+rabbitmq] [--scenario NAME] [--orders N] [--rate PER_SECOND] [--seed N]
  [--services a,b] [--instances payment=2] [--processes one|each] [--time-factor 10] [--trace full|ids|none] [--dialect strict|loose] [--data DIR]
  [--plan] [--json] [--faults] [--otlp http://127.0.0.1:4318] [--config FILE]
npm run shop -- state ORDER [--at TIME] | rebuild NAME | what-if ORDER --without N     (with --data DIR)

Scenarios: ${Object.keys(SCENARIOS).join(' ')}
Real brokers: those of npm run brokers -- start, else KAFKA_BROKERS and AMQP_URL, or shop.config.json, or SHOP_*.
Exit codes: 0 as planned, 1 counts differ, 2 a setting is wrong, 3 no broker.`;

/** The whole program. Gives its exit code. */
export async function runShop(program: Program): Promise<number> {
  let line: CommandLine;
  try {
    line = readCommandLine(program.args, program.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    program.complain(error.message);
    return 2;
  }
  if (line.command === 'help') {
    program.print(USAGE);
    return 0;
  }
  if (line.command !== 'run') return askDatabases(line, program);
  const scenario = SCENARIOS[line.config.scenario];
  if (line.plan) {
    const counts = expectedFor(scenario, planFor(scenario, line.config));
    program.print(line.json ? JSON.stringify(counts, null, 2) : tableOf(Object.entries(counts)));
    return 0;
  }
  try {
    return line.config.services === undefined ? await runWhole(line, program) : await runServices(line, program);
  } catch (error) {
    if (isPortTaken(error)) {
      program.complain(
        `http.basePort: ${error.address}:${error.port} is taken by another program. SHOP_HTTP_BASE_PORT names another base port; 0 takes free ones`,
      );
      return 2;
    }
    if (!(error instanceof NoBroker || error instanceof ConfigError)) throw error;
    program.complain(error.message);
    return error instanceof NoBroker ? 3 : 2;
  }
}

const isPortTaken = (error: unknown): error is { readonly address: string; readonly port: number } =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** A story has its own pace and its own way to tell of traces, where the command line says nothing else. */
function asTold({ config, said }: CommandLine): ShopConfig {
  const { rate = config.rate, trace = config.trace } = SCENARIOS[config.scenario];
  return { ...config, rate: said.has('rate') ? config.rate : rate, trace: said.has('trace') ? config.trace : trace };
}

async function runWhole(line: CommandLine, program: Program): Promise<number> {
  const scenario = SCENARIOS[line.config.scenario];
  const given = asTold(line);
  const data = given.data ?? mkdtempSync(join(tmpdir(), 'shop-'));
  const config = { ...given, data };
  const plan = planFor(scenario, config);
  const lost: string[] = [];
  const onLost = (what: string): void => {
    lost.push(what);
    program.complain(what);
  };
  const world = await openWorld({ config, plan, onLost }, program);
  try {
    program.complain(`the shop is open: ${scenario.name}, ${plan.size} orders, ${config.broker}`);
    const outcome = await runScenario(scenario, config, world, program.signal);
    if (line.json) program.print(JSON.stringify(outcome, null, 2));
    else program.print(program.signal.aborted ? `${scenario.name}: told to end after ${outcome.seconds.toFixed(1)} s` : report(outcome));
    return lost.length === 0 && outcome.differences.length === 0 ? 0 : 1;
  } finally {
    await world.close();
    if (given.data === undefined) rmSync(data, { recursive: true, force: true });
  }
}

async function openWorld(
  { config, plan, onLost }: Pick<ProcessWorldParts, 'config' | 'plan' | 'onLost'>,
  { args, env, inProcess, restartRealBroker }: Program,
): Promise<World> {
  if (config.broker === 'kafka+rabbitmq') {
    const brokers = await openRealBrokers(config, restartRealBroker);
    return config.processes === 'one'
      ? openLocalWorld({ config, plan, ...brokers })
      : openProcessWorld({ config, plan, args, env, onLost, ...brokers });
  }
  if (inProcess === undefined) throw new NoBroker('nobody handed in an in-process broker: npm run shop does');
  return openLocalWorld({ config, plan, ...inProcess });
}

/** This process is one instance of some services, until it is told to stop. */
async function runServices(line: CommandLine, { inProcess, isUp, signal }: Program): Promise<number> {
  const { instance } = line;
  const config = { ...asTold(line), data: line.config.data ?? mkdtempSync(join(tmpdir(), 'shop-')) };
  const connect = config.broker === 'kafka+rabbitmq' ? (await openRealBrokers(config)).connect : inProcess?.connect;
  if (connect === undefined) throw new NoBroker('nobody handed in an in-process broker: npm run shop does');
  const services = config.services ?? [];
  const planned = planFor(SCENARIOS[config.scenario], config).faults;
  const shared = {
    config,
    planned,
    faults: faultsOf(planned),
    addresses: openAddressBook(config.http.basePort),
    note: notebookIn(recordsIn(config.data), services.join('+')),
    // Whoever is started alone finds what it publishes to.
    connect: async (who: Identity) => {
      const transports = await connect(who);
      await declareEverything(transports);
      return transports;
    },
  };
  const started: StartedInstance[] = [];
  for (const service of services) started.push(await startInstance({ ...shared, service, instance }));
  isUp?.();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  for (const one of started.toReversed()) await one.stop();
  return 0;
}

function report({ scenario, orders, seconds, expected, actual, differences, violations }: Outcome): string {
  const rows = Object.entries(expected).map(([key, wanted]) => [key, wanted, actual[key] ?? 0] as const);
  const wrong = new Set(differences.map(({ key }) => key));
  const stalled = differences.filter(({ key }) => !(key in expected));
  return [
    tableOf([
      ...rows.map(([key, wanted, found]) => [`${wrong.has(key) ? '✗' : '✓'} ${key}`, wanted, found]),
      ...stalled.map(({ key, expected: wanted, actual: found }) => [`✗ ${key}`, wanted, found]),
    ]),
    ...violations,
    `${scenario}: ${orders} orders in ${seconds.toFixed(1)} s, ${differences.length === 0 ? 'all as planned' : `${differences.length} counts differ`}`,
  ].join('\n');
}

function tableOf(rows: readonly (readonly (string | number)[])[]): string {
  const width = Math.max(...rows.map(([first]) => String(first).length));
  return rows
    .map(([first, ...rest]) => [String(first).padEnd(width), ...rest.map((cell) => String(cell).padStart(6))].join(' '))
    .join('\n');
}
