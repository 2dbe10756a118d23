import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { openIpcBus } from '@/server/bus/ipc/ipc-bus';
import type { StartOrder } from '@/server/collector-child';
import { configSchema } from '@/server/config/schema';
import { startEmbeddedStore } from '@/server/store/embedded/start-embedded';
import { openClient, type StoreClient } from '@/server/store/clickhouse/client';
import { cpuOf } from './processes';
import { pause } from './report';
import { aTemporaryFolder } from './temporary';

/** The product without its web half: an embedded store in its process and the collector in its own, as `server/start-all.ts` starts them. */
export interface RunningCollector {
  /** Events stored so far, by the collector's announcements. */
  stored(): number;
  /** Performance.now() of the first and the newest announcement. */
  times(): { readonly first: number; readonly last: number };
  /** CPU-seconds so far. */
  cpu(): { readonly collector: number; readonly store: number };
  readonly pids: readonly number[];
  readonly client: StoreClient;
  readonly directory: string;
  /** Until so many events were stored; throws when none came for a minute. */
  untilStored(events: number): Promise<void>;
  /** Until the store's background merges have ended. */
  untilQuiet(): Promise<void>;
  close(): Promise<void>;
}

const ENTRY = fileURLToPath(new URL('../../server/collector-main.ts', import.meta.url));

export async function startCollectorAndStore(
  brokers: readonly object[],
  { profile, indexFields = true }: { readonly profile?: string | undefined; readonly indexFields?: boolean } = {},
): Promise<RunningCollector> {
  const directory = aTemporaryFolder();
  const config = configSchema.parse({ brokers, log: { level: 'warn' }, store: { directory, indexFields } });
  const embedded = await startEmbeddedStore({ directory, log: pino({ level: 'silent' }), memoryMb: config.store.memoryMb });
  const access = { url: embedded.url, user: embedded.user, password: embedded.password };
  const client = openClient({ ...access, database: embedded.database });
  const bus = openIpcBus();
  const child = fork(ENTRY, {
    serialization: 'advanced',
    execArgv: ['--import', 'tsx', ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`])],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  let stored = 0;
  let first = 0;
  let last = 0;
  bus.onAnnouncement('batch', ({ events }) => {
    last = performance.now();
    if (stored === 0) first = last;
    stored += events;
  });
  child.send({ eventyardStart: { config, store: access } } satisfies StartOrder);
  bus.attach(child);
  const storePid = embedded.pid()!;
  const collectorPid = child.pid!;
  return {
    stored: () => stored,
    times: () => ({ first, last }),
    cpu: () => ({ collector: cpuOf(collectorPid), store: cpuOf(storePid) }),
    pids: [collectorPid, storePid],
    client,
    directory,
    async untilStored(events) {
      for (let seen = -1, since = performance.now(); stored < events; await pause(20)) {
        if (stored !== seen) [seen, since] = [stored, performance.now()];
        if (performance.now() - since > 60_000) throw new Error(`${stored} of ${events} events were stored, then none for a minute`);
      }
    },
    async untilQuiet() {
      for (let quiet = 0, before = cpuOf(storePid); quiet < 4; await pause(500)) {
        const now = cpuOf(storePid);
        quiet = now - before < 0.04 ? quiet + 1 : 0;
        before = now;
      }
    },
    async close() {
      child.kill('SIGTERM');
      await exited;
      await client.close();
      await embedded.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
