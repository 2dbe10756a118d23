import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
/** What a process says to the one that started it when its services are up. */
export const UP = 'up';
/** Longer than a drain of 10 s with everything around it, on a machine that others use too. */
const STOP_MS = 60_000;
const START_MS = 240_000;

/** None of them outlives this process: what it leaves without stopping is ended with it. */
const alive = new Set<ChildProcess>();
const endAll = (): void => {
  for (const child of alive) child.kill('SIGKILL');
};

/** One instance of a service in a process of its own. */
export interface InstanceProcess {
  readonly pid: number;
  /** SIGTERM, and waits for the end. @throws when it did not end well */
  stop(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
}

export interface InstanceProcessParts {
  /** `order-service/1`, as it is named in what is said about it. */
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It ended, and nobody had asked it to. */
  readonly onLost: (how: string) => void;
}

/**
 * Resolves when the services in it are up. It ends with the process that started it, however that one ends: it hears by the channel between them, and
 * it is in a group of its own, so that a Ctrl-C in a terminal reaches it once, in the order of the flow.
 */
export async function startInstanceProcess({ name, args, env, onLost }: InstanceProcessParts): Promise<InstanceProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: env as NodeJS.ProcessEnv,
    detached: true,
  });
  let asked = false;
  if (alive.size === 0) process.once('exit', endAll);
  alive.add(child);
  const killIt = (): void => void child.kill('SIGKILL');
  const gone = once(child, 'exit').then(([code, signal]) => {
    alive.delete(child);
    if (alive.size === 0) process.off('exit', endAll);
    return code === null ? `by ${String(signal)}` : `with exit code ${String(code)}`;
  });
  const late = new AbortController();
  const isUp = new Promise<null>((resolve) => child.on('message', (said) => said === UP && resolve(null)));
  const tooLate = sleep(START_MS, 'not up within 4 minutes', { signal: late.signal }).catch(() => '');
  const failed = await Promise.race([isUp, gone.then((how) => `it ended ${how}`), tooLate]);
  late.abort();
  if (failed !== null) {
    killIt();
    await gone;
    throw new Error(`${name} did not start: ${failed}`);
  }
  void gone.then((how) => !asked && onLost(how));

  return {
    pid: child.pid ?? 0,
    async stop() {
      asked = true;
      child.kill('SIGTERM');
      const patience = new AbortController();
      const how = await Promise.race([gone, sleep(STOP_MS, null, { signal: patience.signal }).catch(() => null)]);
      patience.abort();
      if (how === null) killIt();
      if (how !== 'with exit code 0') throw new Error(`${name} ended ${how ?? 'by SIGKILL: it did not stop when it was told to'}`);
    },
    async kill() {
      asked = true;
      killIt();
      await gone;
    },
  };
}
