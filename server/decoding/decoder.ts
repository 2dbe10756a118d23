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
/** A new process loads its libraries first. */
const START_MS = 5_000;

/**
 * Decodes in a process of its own: a body may be made to take any time and memory (a list of 2^60 nothings), and then the process is ended,
 * the job is told as too slow, and the next one gets a new process. [G65] One list at a time, in order; the process is begun by the first.
 */
export function openDecoder(): Decoder {
  let child: ChildProcess | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let closed = false;

  const run = (jobs: readonly DecodeJob[], withinMs: number): Promise<readonly DecodeAnswer[]> =>
    new Promise((resolve) => {
      const isNew = child === null;
      const mine = (child ??= begin());
      const end = (answers: readonly DecodeAnswer[]): void => {
        clearTimeout(timer);
        mine.removeAllListeners();
        // What a killed process still reports is nobody's.
        mine.on('error', () => undefined);
        resolve(answers);
      };
      const give = (problem: string): void => {
        if (child === mine) child = null;
        mine.kill('SIGKILL');
        end(jobs.map(() => ({ problem })));
      };
      const timer = setTimeout(() => give(`it takes longer than ${withinMs} ms`), isNew ? withinMs + START_MS : withinMs);
      mine.once('message', (answers) => end(answers as readonly DecodeAnswer[]));
      mine.once('error', () => give('the decoder failed'));
      mine.once('exit', () => give('it takes too much memory, or the decoder ended'));
      mine.send(jobs, (error) => error !== null && give('the decoder ended'));
    });

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
      child?.kill('SIGKILL');
      child = null;
    },
  };
}

function begin(): ChildProcess {
  const child = fork(ENTRY, [], {
    execArgv: ['--import', 'tsx', `--max-old-space-size=${MEMORY_MB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // It must not keep a process alive that has nothing else to do.
  child.unref();
  child.channel?.unref();
  return child;
}
