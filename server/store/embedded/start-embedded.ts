import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AppError } from '@/lib/errors';
import type { Log } from '@/server/log';
import { checkDirectory } from './check-directory';
import type { FromChild, ToChild } from './messages';

export interface EmbeddedStore {
  /** Stays the same over restarts, as do user and password. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** Of the process that runs now, null between two lives. */
  pid(): number | null;
  /** Called each time a new process has taken the place of one that died. */
  onRestart(listener: () => void): void;
  /** Lets the engine finish what runs and ends the process within seconds. */
  close(): Promise<void>;
}

export interface EmbeddedStoreOptions {
  readonly directory: string;
  /** Cap of the engine's memory, MB; the process takes about 100 MB more. */
  readonly memoryMb?: number;
  readonly log: Log;
}

export const EMBEDDED_DATABASE = 'eventyard';
const DEFAULT_MEMORY_MB = 400;
const START_WITHIN_MS = 180_000;
const KILL_AFTER_MS = 7_000;
/** A process that was just killed may hold the folder a moment longer. */
const WAIT_FOR_LOCK_MS = 3_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const STEADY_AFTER_MS = 30_000;

/**
 * Starts the embedded store in a process of its own, and starts it again whenever it dies [S8]. A crash of the native engine takes nothing
 * else down. Throws an `AppError` with what to do when the folder cannot be used or the engine is not there.
 */
export async function startEmbeddedStore({ directory, memoryMb = DEFAULT_MEMORY_MB, log }: EmbeddedStoreOptions): Promise<EmbeddedStore> {
  checkDirectory(directory);
  const user = 'eventyard';
  const password = randomBytes(24).toString('base64url');
  const listeners: (() => void)[] = [];
  let child: ChildProcess | null = null;
  let port = 0;
  let closing = false;
  let pauseMs = FIRST_PAUSE_MS;
  let restarting: Promise<void> = Promise.resolve();

  const launch = async (): Promise<void> => {
    const started = await launchProcess({ kind: 'open', directory, database: EMBEDDED_DATABASE, memoryMb, port, user, password });
    child = started.child;
    port = started.port;
    const since = Date.now();
    started.child.once('exit', (code, signal) => {
      child = null;
      if (closing) return;
      if (Date.now() - since > STEADY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      log.error({ code, signal }, 'the embedded store died and is started again');
      restarting = restart();
    });
  };

  const restart = async (): Promise<void> => {
    while (!closing) {
      await pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (closing) return;
      try {
        await launch();
        log.info({ pid: child?.pid }, 'the embedded store is back');
        for (const listener of listeners) listener();
        return;
      } catch (error) {
        log.error({ err: error }, 'the embedded store did not start');
      }
    }
  };

  for (const tryUntil = Date.now() + WAIT_FOR_LOCK_MS; ; await pause(200)) {
    try {
      await launch();
      break;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'store-locked' || Date.now() > tryUntil) throw error;
    }
  }
  return {
    url: `http://127.0.0.1:${port}`,
    user,
    password,
    database: EMBEDDED_DATABASE,
    pid: () => child?.pid ?? null,
    onRestart: (listener) => void listeners.push(listener),
    close: async () => {
      closing = true;
      await restarting;
      if (child !== null) await endProcess(child);
    },
  };
}

async function launchProcess(open: Extract<ToChild, { kind: 'open' }>): Promise<{ child: ChildProcess; port: number }> {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(fileURLToPath(new URL('./embedded-process.ts', import.meta.url)), [], {
    cwd: root,
    execArgv: ['--import', tsx, '--max-semi-space-size=8'],
    // The engine's statements run on libuv's threads: with the usual four, heavy reads block everything else.
    env: { ...environmentForChild(), UV_THREADPOOL_SIZE: '16' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  // The engine says on stderr why it did not open. Afterwards the stream is only drained: its lines may hold a person's data.
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-4_000)));
  return await new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => settle(new AppError('store-slow', 'The embedded store did not start in time', { retryable: true })),
      START_WITHIN_MS,
    );
    let failure: Extract<FromChild, { kind: 'failed' }> | null = null;
    const settle = (outcome: AppError | number): void => {
      clearTimeout(timer);
      for (const event of ['message', 'error', 'close']) child.removeAllListeners(event);
      child.on('error', () => {});
      if (typeof outcome === 'number') return resolve({ child, port: outcome });
      child.kill('SIGKILL');
      reject(outcome);
    };
    child.on('message', (message: FromChild) => {
      if (message.kind === 'ready') settle(message.port);
      else failure = message;
    });
    child.once('error', (error) =>
      settle(new AppError('store-unreachable', 'The embedded store could not be started', { retryable: true, cause: error })),
    );
    child.once('close', (code, signal) =>
      settle(
        toStartError(
          failure?.code ?? 'unknown',
          `${failure?.message ?? `it ended with ${signal ?? `exit code ${code}`}`} ${said}`,
          open.directory,
        ),
      ),
    );
    child.send(open);
  });
}

/** What the child inherits: no configuration of ours and no secret of a broker. */
function environmentForChild(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ', 'LD_LIBRARY_PATH', 'NODE_PATH', 'NODE_ENV'];
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env as NodeJS.ProcessEnv;
}

/** Says why the engine did not open, and what to do. */
export function toStartError(code: string, message: string, directory: string): AppError {
  if (code === 'CHDB_PLATFORM' || code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND' || code === 'CHDB_BINARY_VERSION') {
    return new AppError(
      'store-refused',
      'The embedded store does not run on this machine: its engine (chdb) is not installed or not made for this platform',
      {
        cure: 'Set store.url to a ClickHouse server, or install the optional dependency chdb on glibc Linux or macOS.',
      },
    );
  }
  if (code === 'EADDRINUSE')
    return new AppError('store-unreachable', 'The port of the embedded store is taken by another process', { retryable: true });
  if (/Another server instance|CANNOT_OPEN_FILE.*status|Cannot lock file/is.test(message)) {
    return new AppError('store-locked', `The data folder ${directory} is used by another process`, {
      cure: 'Stop the other Eventyard that uses this folder, or set store.directory to another one.',
    });
  }
  if (/No space left on device|NOT_ENOUGH_SPACE/i.test(message)) {
    return new AppError('store-full', `The disk of the data folder ${directory} is full`, {
      cure: 'Free some space, or set store.directory to a larger disk.',
      retryable: true,
    });
  }
  if (/Read-only file system|Permission denied/i.test(message)) {
    return new AppError('store-refused', `The data folder ${directory} cannot be written to`, {
      cure: 'Give this user the right to write there, or set store.directory.',
    });
  }
  return new AppError('store-unreachable', `The embedded store did not open its data folder ${directory}: ${message.slice(0, 300)}`, {
    retryable: true,
    cure: 'Look whether the folder is damaged; a fresh one is taken by store.directory.',
  });
}

function endProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    if (child.exitCode !== null || child.signalCode !== null) return child.emit('exit', child.exitCode, child.signalCode);
    if (child.connected) child.send({ kind: 'close' } satisfies ToChild);
    else child.kill('SIGKILL');
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
