import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { AppError, isAppError } from '@/lib/errors';
import { readConfig } from './config/read-config';
import { systemOf } from './config/schema';
import { tryRules } from './config/try-rules';
import { openLog } from './log';
import { openNextPages } from './next-pages';
import { stopOnSignal } from './process/stop-on-signal';
import { startAll } from './start-all';

/**
 * The process: configuration → start → listen → stop on a signal.
 * Exit codes: 0 stopped, 1 could not start or stop, 2 the configuration is wrong.
 */
const FLAGS: readonly (readonly [flag: string, path: string, help: string])[] = [
  ['--host <address>', 'listen.host', 'loopback address to listen on'],
  ['--port <number>', 'listen.port', 'port to listen on, 0 for a free one'],
  ['--data <directory>', 'store.directory', 'where the embedded store keeps its files'],
  ['--store-url <url>', 'store.url', 'a ClickHouse server instead of the embedded store'],
  ['--log-level <level>', 'log.level', 'silent, error, warn, info, debug, trace'],
  ['--log-format <format>', 'log.format', 'json or pretty'],
];

const program = new Command('eventyard').description('Watch events move between services, over Kafka and RabbitMQ.');

function withFlags(command: Command): Command {
  command.option('--config <file>', 'configuration file (eventyard.yaml in this folder, if it is there)');
  for (const [flag, , help] of FLAGS) command.option(flag, help);
  return command;
}

function configFrom(options: Record<string, string | undefined>): ReturnType<typeof readConfig> {
  const flags: Record<string, string | undefined> = {};
  for (const [flag, path] of FLAGS) flags[path] = options[camel(flag)];
  return readConfig({ file: options.config, env: process.env, flags, cwd: process.cwd() });
}

const camel = (flag: string): string =>
  flag
    .slice(2)
    .split(' ')[0]
    ?.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) ?? '';

withFlags(program.command('start', { isDefault: true }).description('start the dashboard and its collector')).action(
  async (options: Record<string, string | undefined>) => {
    const config = configFrom(options);
    const log = openLog(config.log, 'eventyard');
    const closers: (() => Promise<void>)[] = [];
    stopOnSignal(log, async () => {
      for (const close of closers.reverse()) await close();
    });
    // The demo's start script names its own collector; nothing else does.
    const running = await startAll(config, log, { openPages: openNextPages, collectorEntry: process.env.EVENTYARD_CHILD_COLLECTOR });
    closers.push(() => running.close());
  },
);

withFlags(program.command('check-config').description('read the configuration, say what is wrong with it, start nothing')).action(
  (options: Record<string, string | undefined>) => {
    const config = configFrom(options);
    const brokers =
      config.brokers.map((broker) => `${broker.name} (${systemOf(broker) === 'kafka' ? 'Kafka' : 'RabbitMQ'})`).join(', ') || 'none';
    process.stdout.write(
      `The configuration is good. Brokers: ${brokers}. Sagas: ${config.sagas.map((saga) => saga.name).join(', ') || 'none'}.\n`,
    );
  },
);

withFlags(
  program
    .command('try-rules <file>')
    .description('show what the samples in a JSON file become under the rules of recognition, start nothing'),
).action((file: string, options: Record<string, string | undefined>) => {
  process.stdout.write(`${tryRules(configFrom(options), readSampleFile(file))}\n`);
});

function readSampleFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new AppError('sample', `the file ${file} cannot be read`, { cure: 'npm run eventyard -- try-rules samples.json' });
  }
}

program.parseAsync().catch((error: unknown) => {
  if (!isAppError(error)) throw error;
  process.stderr.write(`eventyard: ${error.message}\n${error.cure === null ? '' : `What to do: ${error.cure}.\n`}`);
  process.exit(error.code === 'config' ? 2 : 1);
});
