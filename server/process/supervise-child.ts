import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Log } from '../log';

export interface SupervisedChild {
  /** Asks it to stop (SIGTERM), then insists after `withinMs`. */
  close(withinMs: number): Promise<void>;
  /** Process id of the child that runs now; null between a crash and the next start. */
  pid(): number | null;
}

export interface SuperviseOptions {
  /** The module to run. */
  readonly entry: string;
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly log: Log;
  /** The longest wait before it is started again; 10 s when not given. */
  readonly longestWaitMs?: number;
  /** Called for every new child, before it has said anything. */
  readonly onStart: (child: ChildProcess) => void;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;
/** A child that lived this long was well; the next wait starts small again. */
const WELL_AFTER_MS = 30_000;

/** Keeps one child process running: a crash is said and it is started again, after a growing wait with jitter. */
export function superviseChild({
  entry,
  name,
  env = {},
  log,
  longestWaitMs = LONGEST_WAIT_MS,
  onStart,
}: SuperviseOptions): SupervisedChild {
  let child: ChildProcess | null = null;
  let timer: NodeJS.Timeout | null = null;
  let wait = FIRST_WAIT_MS;
  let closing = false;

  const start = (): void => {
    timer = null;
    const startedAt = Date.now();
    const started = fork(entry, {
      serialization: 'advanced',
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child = started;
    started.once('exit', (code, signal) => {
      child = null;
      if (closing) return;
      if (Date.now() - startedAt > WELL_AFTER_MS) wait = FIRST_WAIT_MS;
      const inMs = Math.round(wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, longestWaitMs);
      log.error({ child: name, code, signal, inMs }, `the ${name} ended unexpectedly and is started again`);
      timer = setTimeout(start, inMs);
    });
    // Without a listener a failing send (the child just died) would end this process.
    started.on('error', (error) => log.warn({ child: name, err: error }, `the ${name} process could not be reached`));
    onStart(started);
  };
  start();

  return {
    pid: () => child?.pid ?? null,
    async close(withinMs) {
      closing = true;
      if (timer !== null) clearTimeout(timer);
      if (child === null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const insist = setTimeout(() => child?.kill('SIGKILL'), withinMs);
      await gone;
      clearTimeout(insist);
    },
  };
}
