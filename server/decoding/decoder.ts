import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DecodeAnswer, DecodeJob } from './decode-job';

export interface Decoder {
  /** Answers in the order of the jobs; what is not done within `withinMs` (from when it begins) is a problem, and never a failure. */
  decode(jobs: readonly DecodeJob[], withinMs: number): Promise<readonly DecodeAnswer[]>;
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('./decoding-child.ts', import.meta.url));
const MOST_WAITING = 64;
const MEMORY_MB = 128;
/** Who asks waits so long for a process that begins; the process itself may take longer, on a machine that is busy. */
const WAIT_FOR_START_MS = 5_000;
const START_MS = 60_000;

interface Running {
  readonly process: ChildProcess;
  /** False when it ended before it was ready. */
  readonly ready: Promise<boolean>;
}

/**
 * Decodes in a process of its own: a body may be made to take any time and memory (a list of 2^60 nothings), and then the process is ended,
 * the job is told as too slow, and the next one gets a new process. [G65] One list at a time, in order; the process is begun by the first.
 */
export function openDecoder(): Decoder {
  let running: Running | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closed = false;

  const started = (): Running => {
    if (running !== null) return running;
    const mine = begin();
    running = mine;
    const gone = (): void => void (running === mine && (running = null));
    mine.process.once('exit', gone);
    mine.process.on('error', gone);
    return mine;
  };

  const run = async (jobs: readonly DecodeJob[], withinMs: number): Promise<readonly DecodeAnswer[]> => {
    const all = (problem: string): readonly DecodeAnswer[] => jobs.map(() => ({ problem }));
    const { process: child, ready } = started();
    // A process that has not begun has no body yet that could be to blame: it is left to begin.
    const isReady = await inTime(ready, WAIT_FOR_START_MS + withinMs);
    if (isReady !== true) return all(isReady === false ? 'the decoder ended' : 'the decoder is still starting');
    return new Promise((resolve) => {
      const end = (answers: readonly DecodeAnswer[]): void => {
        clearTimeout(timer);
        child.off('message', onAnswers).off('error', onError).off('exit', onExit);
        resolve(answers);
      };
      const give = (problem: string): void => {
        if (running?.process === child) running = null;
        child.kill('SIGKILL');
        end(all(problem));
      };
      const onAnswers = (answers: unknown): void => end(answers as readonly DecodeAnswer[]);
      const onError = (): void => give('the decoder failed');
      const onExit = (): void => give('it takes too much memory, or the decoder ended');
      const timer = setTimeout(() => give(`it takes longer than ${withinMs} ms`), withinMs);
      child.once('message', onAnswers).once('error', onError).once('exit', onExit);
      child.send(jobs, (error) => error !== null && give('the decoder ended'));
    });
  };

  return {
    async decode(jobs, withinMs) {
      if (jobs.length === 0) return [];
      if (closed || waiting >= MOST_WAITING) return jobs.map(() => ({ problem: 'the decoder is busy' }));
      waiting++;
      const turn = queue.then(() => run(jobs, withinMs));
      queue = turn.finally(() => waiting--);
      return turn;
    },
    async close() {
      closed = true;
      running?.process.kill('SIGKILL');
      running = null;
    },
  };
}

function begin(): Running {
  const child = fork(ENTRY, [], {
    execArgv: ['--import', 'tsx', `--max-old-space-size=${MEMORY_MB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // What a killed process still reports is nobody's.
  child.on('error', () => undefined);
  // The first that it says is that its libraries are loaded.
  const ready = new Promise<boolean>((resolve) => {
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS);
    late.unref();
    const settle = (value: boolean): void => {
      clearTimeout(late);
      resolve(value);
    };
    child.once('message', () => settle(true));
    child.once('error', () => settle(false));
    child.once('exit', () => settle(false));
  });
  // It must not keep a process alive that has nothing else to do.
  child.unref();
  child.channel?.unref();
  return { process: child, ready };
}

/** `undefined` when it is not there in time. */
async function inTime<T>(value: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
