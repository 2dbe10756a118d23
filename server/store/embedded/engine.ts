import { createRequire } from 'node:module';

/** One result of the engine, whole: it does not stream. */
export interface EngineResult {
  readonly bytes: Uint8Array;
  readonly rows: number;
  readonly ms: number;
}

export class EngineError extends Error {
  constructor(
    message: string,
    readonly code: number,
  ) {
    super(message);
  }
}

export interface Engine {
  read(sql: string, format: string): Promise<EngineResult>;
  write(sql: string, format: string): Promise<EngineResult>;
  /** Waits for what is running, then lets the data directory go. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly directory: string;
  readonly database: string;
  readonly memoryMb: number;
}

interface Session {
  queryAsync(sql: string, options: { format: string }): Promise<{ bytes(): Uint8Array; rowsRead: number; elapsed: number }>;
  close(): void;
}
type Chdb = { Session: new (path: string, options: { connectionArgs: string[] }) => Session; drainPending?: () => Promise<void> };

/** Reads that wait for a connection; more are told to come back later. */
const MAX_WAITING = 200;
const tooManyQueries = 202;

/**
 * The native engine behind a few connections on one data directory. A connection runs one statement at a time and settings stay on it, so
 * reads and writes have connections of their own and nothing but this file sets a setting. Nothing can be cancelled: every read carries its
 * own time limit.
 */
export async function openEngine({ directory, database, memoryMb }: EngineOptions): Promise<Engine> {
  const { Session, drainPending } = createRequire(import.meta.url)('chdb') as Chdb;
  const megabytes = 1024 * 1024;
  const connectionArgs = [
    `--max_server_memory_usage=${memoryMb * megabytes}`,
    `--mark_cache_size=${16 * megabytes}`,
    '--uncompressed_cache_size=0',
    `--index_mark_cache_size=${4 * megabytes}`,
    '--background_pool_size=2',
    '--background_merges_mutations_concurrency_ratio=1',
    '--background_schedule_pool_size=4',
    '--background_common_pool_size=2',
    '--background_move_pool_size=1',
    '--background_fetches_pool_size=1',
  ];
  const sessions: Session[] = [];
  const open = async (settings: readonly string[]): Promise<Session> => {
    const session = new Session(directory, { connectionArgs });
    sessions.push(session);
    await session.queryAsync(`CREATE DATABASE IF NOT EXISTS ${database}`, { format: 'Null' });
    for (const statement of [`USE ${database}`, ...settings]) await session.queryAsync(statement, { format: 'Null' });
    return session;
  };
  const readers: Session[] = [];
  for (let i = 0; i < 3; i++) {
    readers.push(
      await open([
        'SET max_execution_time = 20',
        `SET max_memory_usage = ${Math.floor(memoryMb * 0.6) * megabytes}`,
        'SET max_threads = 2',
      ]),
    );
  }
  const writers: Session[] = [];
  for (let i = 0; i < 2; i++) writers.push(await open(['SET max_threads = 2', 'SET max_insert_threads = 1']));
  const read = pool(readers);
  const write = pool(writers);
  return {
    read: (sql, format) => read.run(sql, format),
    write: (sql, format) => write.run(sql, format),
    close: async () => {
      await Promise.all([read.drained(), write.drained()]);
      for (const session of sessions) session.close();
      await drainPending?.();
    },
  };
}

/** First come, first served, over connections that each run one statement at a time. */
function pool(sessions: readonly Session[]): { run(sql: string, format: string): Promise<EngineResult>; drained(): Promise<void> } {
  const free = [...sessions];
  const waiting: ((session: Session) => void)[] = [];
  const running = new Set<Promise<unknown>>();

  const take = (): Session | Promise<Session> => {
    const session = free.pop();
    if (session !== undefined) return session;
    if (waiting.length >= MAX_WAITING) throw new EngineError('Too many simultaneous queries', tooManyQueries);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const giveBack = (session: Session): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(session);
    else next(session);
  };
  const runOn = async (session: Session, sql: string, format: string): Promise<EngineResult> => {
    try {
      const result = await session.queryAsync(sql, { format });
      return { bytes: result.bytes(), rows: result.rowsRead, ms: result.elapsed * 1000 };
    } catch (error) {
      throw toEngineError(error);
    } finally {
      giveBack(session);
    }
  };
  return {
    run: async (sql, format) => {
      const running1 = runOn(await take(), sql, format);
      running.add(running1);
      try {
        return await running1;
      } finally {
        running.delete(running1);
      }
    },
    drained: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

function toEngineError(error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  const code = /^Code: (\d+)\./.exec(message)?.[1];
  return new EngineError(message, code === undefined ? 1002 : Number(code));
}
