import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../scripts/brokers/processes';
import { buildIsFresh } from '../../scripts/demo/build-is-fresh';
import { treeOf } from './processes';
import { pause } from './report';
import { aTemporaryFolder, atTheEnd } from './temporary';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The whole product as `npm start` runs it: web half, collector, embedded store. */
export interface RunningProduct {
  readonly url: string;
  readonly directory: string;
  /** All its processes. */
  pids(): readonly number[];
  /** Events stored so far, by its own `/metrics`. */
  stored(): Promise<number>;
  close(): Promise<void>;
}

export interface ProductOptions {
  readonly config: object;
  /** Another collector, as the demo has one. */
  readonly collectorEntry?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is stored before it starts, into the folder that will be its own. */
  readonly prepare?: (directory: string) => Promise<void>;
}

export function buildPages(): void {
  if (buildIsFresh(ROOT)) return;
  console.log('building the pages …');
  const { status } = spawnSync('npx', ['--no-install', 'next', 'build'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0) throw new Error('next build failed');
}

/** Resolves when the process was started; `untilReady` waits for it to be of use. */
export async function startProduct({ config, collectorEntry, env = {}, prepare }: ProductOptions): Promise<RunningProduct> {
  const directory = aTemporaryFolder();
  const file = join(directory, 'eventyard.yaml');
  // JSON is YAML too.
  writeFileSync(file, JSON.stringify({ log: { level: 'warn' }, ...config }));
  const [port = 0] = await freePorts(1);
  const data = join(directory, 'data');
  if (prepare !== undefined) {
    mkdirSync(data);
    await prepare(data);
  }
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(ROOT, 'server/index.ts'), '--config', file, '--port', String(port), '--data', data],
    {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        ...env,
        ...(collectorEntry === undefined ? {} : { EVENTYARD_CHILD_COLLECTOR: collectorEntry }),
      },
    },
  );
  const exited = once(child, 'exit');
  atTheEnd(() => child.kill('SIGTERM'));
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    directory: data,
    pids: () => treeOf(child.pid!),
    async stored() {
      const text = await fetch(`${url}/metrics`).then((answer) => answer.text());
      return [...text.matchAll(/^eventyard_events_stored_total\{.*\} (\S+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    async close() {
      child.kill('SIGTERM');
      await exited;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function untilReady({ url }: RunningProduct): Promise<void> {
  for (const until = Date.now() + 120_000; ; await pause(100)) {
    const ready = await fetch(`${url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (Date.now() > until) throw new Error('the product did not become ready within two minutes');
  }
}

/** Bytes of all files below a folder. */
export function bytesBelow(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    try {
      sum += statSync(join(entry.parentPath, entry.name)).size;
    } catch {
      // A merge has just removed it.
    }
  }
  return sum;
}
