import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isScenario, SCENARIO_NAMES } from '../../shop/traffic/scenario-names';
import { buildIsFresh } from './build-is-fresh';

const USAGE = `npm run demo -- [--port 7200] [--rate ORDERS_PER_SECOND] [--seed 1] [--scenario NAME] [--dev]

The shop and the dashboard on an in-process broker and an embedded store: nothing else is needed, and nothing is kept.
--dev runs the pages in Next's development mode instead of building them.
Scenarios, also to be chosen over the pages: ${SCENARIO_NAMES.join(', ')}`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7200' },
    rate: { type: 'string' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000) % 100_000) },
    scenario: { type: 'string', default: 'mixed' },
    dev: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || !isScenario(values.scenario) || (values.rate !== undefined && !(Number(values.rate) > 0))) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const dev = values.dev;
if (!dev && process.env.EVENTYARD_DEMO_NO_BUILD === undefined && !buildIsFresh(ROOT)) {
  console.log('building the pages, once (about half a minute) …');
  const built = spawnSync('npx', ['--no-install', 'next', 'build'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (built.status !== 0) {
    console.error('the build failed; npx next build shows why');
    process.exit(1);
  }
}

const port = await freePort(Number(values.port));
const registryPort = await freePort(port + 100);
const data = mkdtempSync(join(tmpdir(), 'eventyard-demo-'));
const child = spawn(
  process.execPath,
  [
    '--import',
    'tsx',
    join(ROOT, 'server/index.ts'),
    '--config',
    join(ROOT, 'scripts/demo/eventyard.yaml'),
    '--port',
    String(port),
    '--data',
    data,
  ],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_ENV: dev ? 'development' : 'production',
      EVENTYARD_DEVELOPMENT: String(dev),
      EVENTYARD_CHILD_COLLECTOR: join(ROOT, 'scripts/demo-collector.ts'),
      ...(values.rate === undefined ? {} : { EVENTYARD_DEMO_RATE: values.rate }),
      EVENTYARD_DEMO_SEED: values.seed,
      EVENTYARD_DEMO_REGISTRY_PORT: String(registryPort),
      EVENTYARD_DEMO_SCENARIO: values.scenario,
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('close', (code) => {
  rmSync(data, { recursive: true, force: true });
  process.exitCode = code ?? 1;
});
void whenUp(`http://127.0.0.1:${port}/readyz`).then(() =>
  console.log(`\nThe shop is open: http://127.0.0.1:${port}   (Ctrl C closes it)\n`),
);

/** The asked port, or the next free one: a second demo should not fail for the first one's sake. */
async function freePort(wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + 20; port += 1) {
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
        .once('error', () => resolve(false))
        .listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
  return 0;
}

async function whenUp(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (
      await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
