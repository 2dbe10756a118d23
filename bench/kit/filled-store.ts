import { rmSync } from 'node:fs';
import pino from 'pino';
import { openClient, type StoreClient } from '@/server/store/clickhouse/client';
import { startEmbeddedStore } from '@/server/store/embedded/start-embedded';
import { openStore } from '@/server/store/open-store';
import type { Store } from '@/server/store/store';
import { fillStore } from './fill-store';
import { copyEvents } from './copy-events';
import { cpuOf } from './processes';
import { pause } from './report';
import { aTemporaryFolder } from './temporary';

/** An embedded store that holds so many events of a shop, merged. */
export interface FilledStore {
  readonly store: Store;
  readonly client: StoreClient;
  readonly pid: number;
  /** Trace ids, five events each. */
  readonly traces: readonly string[];
  close(): Promise<void>;
}

/** What goes the product's own way; more is copied inside the engine. */
const MOST_OWN = 1_000_000;
const BASE = 500_000;
const TRACES = 5_000;

export async function openFilledStore(
  events: number,
  { indexFields = true, own: asked }: { indexFields?: boolean; own?: number } = {},
): Promise<FilledStore> {
  const directory = aTemporaryFolder();
  const log = pino({ level: 'silent' });
  const embedded = await startEmbeddedStore({ directory, log, memoryMb: 500 });
  const settings = { url: embedded.url, user: embedded.user, password: embedded.password, database: embedded.database };
  const store = await openStore({ ...settings, directory, retentionDays: 30, indexFields }, { log });
  const client = openClient(settings);
  const pid = embedded.pid()!;
  const begin = performance.now();
  const own = asked ?? (events > MOST_OWN ? BASE : events);
  await fillStore(store, own);
  await copyEvents(client, Math.ceil(events / own) - 1);
  await untilMerged(pid);
  const [stored] = await client.rows<{ events: number; parts: number; bytes: number }>(
    `SELECT sum(rows) AS events, count() AS parts, sum(bytes_on_disk) / sum(rows) AS bytes FROM system.parts
    WHERE active AND table = 'events' AND database = currentDatabase()`,
  );
  const beside = await client.rows<{ table: string; bytes: number }>(
    `SELECT table, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'batch_summaries' AND database = currentDatabase()
    GROUP BY table ORDER BY table`,
  );
  const each = (bytes: number): string => `${Math.round(bytes / (stored?.events ?? 1))} B`;
  console.log(
    `${stored?.events.toLocaleString('en')} events (${own.toLocaleString('en')} by the product's way, the others copied) in ${stored?.parts} parts, ` +
      `${Math.round(stored?.bytes ?? 0)} B each, ${beside.map(({ table, bytes }) => `${table} ${each(bytes)}`).join(', ')}; filled and merged in ${Math.round((performance.now() - begin) / 1_000)} s`,
  );
  const traces = await client.rows<{ traceId: string }>(
    `SELECT DISTINCT traceId FROM batch_summaries WHERE traceId != '' AND cityHash64(traceId) % ${Math.max(1, Math.floor(events / 5 / TRACES))} = 0 LIMIT ${TRACES}`,
  );
  return {
    store,
    client,
    pid,
    traces: traces.map(({ traceId }) => traceId),
    async close() {
      await store.close();
      await client.close();
      await embedded.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Until the engine does next to nothing: its merges have ended. */
async function untilMerged(pid: number): Promise<void> {
  for (let quiet = 0, before = cpuOf(pid); quiet < 3; await pause(500)) {
    const now = cpuOf(pid);
    quiet = now - before < 0.05 ? quiet + 1 : 0;
    before = now;
  }
}
