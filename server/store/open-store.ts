import { AppError, isAppError } from '@/lib/errors';
import type { Log } from '@/server/log';
import { createAppender } from './clickhouse/append';
import type { StoreClient } from './clickhouse/client';
import { openClient } from './clickhouse/client';
import { createEdgeTiers } from './clickhouse/edge-tiers';
import { acquireLease, leaseSilence, renewLease } from './clickhouse/leases';
import { noteFieldsSince } from './clickhouse/field-index/fields-since';
import { migrate } from './clickhouse/migrations/migrations';
import { newestBatch } from './clickhouse/positions';
import { deadLetterQuestions } from './clickhouse/queries/dead-letter-questions';
import { edgeQuestions } from './clickhouse/queries/edge-questions';
import { eventQuestions } from './clickhouse/queries/event-questions';
import { sagaQuestions } from './clickhouse/queries/saga-questions';
import { sampleQuestions } from './clickhouse/queries/sample-questions';
import { searchQuestions } from './clickhouse/queries/search-questions';
import { stateQuestions } from './clickhouse/queries/state-questions';
import { traceQuestions } from './clickhouse/queries/trace-questions';
import { repair, waitForInserts } from './clickhouse/summaries';
import type { EmbeddedStore } from './embedded/start-embedded';
import { startEmbeddedStore } from './embedded/start-embedded';
import { EMBEDDED_HEADER } from './embedded/messages';
import { openInsertSpool } from './embedded/spool';
import type { Store } from './store';

export interface StoreSettings {
  /** A ClickHouse server, or the embedded store that somebody else started. Without it, `openStore` starts an embedded one and owns it. */
  readonly url?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** Of the embedded store. */
  readonly directory: string;
  readonly retentionDays: number;
  /** Cap of the embedded engine's memory, MB. */
  readonly memoryMb?: number;
  /** Whether what is appended goes into the index over values of headers and bodies; it is unless said. */
  readonly indexFields?: boolean;
}

export interface StoreParts {
  readonly log: Log;
}

const DEFAULT_DATABASE = 'eventyard';
/** The first contact may come before a store that is just being started. */
const TRY_FOR_MS = 10_000;

/** Opens the store, with its schema up to date. Throws an `AppError` that says what to do when it cannot. */
export async function openStore(settings: StoreSettings, { log }: StoreParts): Promise<Store> {
  const owned =
    settings.url === undefined
      ? await startEmbeddedStore({
          directory: settings.directory,
          log,
          ...(settings.memoryMb !== undefined && { memoryMb: settings.memoryMb }),
        })
      : null;
  try {
    return await openStoreAt(settings, owned, log);
  } catch (error) {
    await owned?.close();
    throw error;
  }
}

async function openStoreAt(settings: StoreSettings, owned: EmbeddedStore | null, log: Log): Promise<Store> {
  const url = owned?.url ?? checkedUrl(settings.url ?? '');
  const user = owned?.user ?? settings.user ?? 'default';
  const password = owned?.password ?? settings.password ?? '';
  const database = owned?.database ?? settings.database ?? DEFAULT_DATABASE;
  if (!/^[A-Za-z_]\w{0,63}$/.test(database))
    throw new AppError('store-refused', 'The name of the database may hold letters, digits and _ only', { cure: 'Change store.database.' });

  const kind = await patiently(() => kindAt(url), log);
  if (kind === 'server') await patiently(() => createDatabase({ url, user, password }, database), log);
  const access = { url, user, password, database };
  const client = openClient({ ...access, spool: kind === 'embedded' ? await openInsertSpool(access) : undefined });
  try {
    await patiently(() => migrate(client, settings.retentionDays), log);
  } catch (error) {
    await client.close();
    throw error;
  }
  return assemble(client, kind, owned, settings.indexFields ?? true);
}

function assemble(client: StoreClient, kind: Store['kind'], owned: EmbeddedStore | null, indexFields: boolean): Store {
  const tiers = createEdgeTiers(client);
  const appender = createAppender(client, tiers, noteFieldsSince(client, indexFields));
  return {
    kind,
    async ready() {
      try {
        await client.rows('SELECT 1', {}, { seconds: 3 });
        return { ready: true, detail: kind === 'embedded' ? 'embedded store' : 'ClickHouse server' };
      } catch (error) {
        return { ready: false, detail: isAppError(error) ? error.message : 'The store does not answer' };
      }
    },
    acquireLease: async (tap, owner) => {
      const lease = await acquireLease(client, tap, owner);
      appender.forget(tap);
      tiers.forget(tap);
      return lease;
    },
    renewLease: (tap, epoch) => renewLease(client, tap, epoch),
    leaseSilence: (tap) => leaseSilence(client, tap),
    async tapPosition(tap) {
      await waitForInserts(client, tap);
      appender.forget(tap);
      tiers.forget(tap);
      const position = await newestBatch(client, tap);
      if (position.batch > 0) await tiers.afterBatch(tap, await repair(client, tap, position.batch));
      return position;
    },
    append: appender.append,
    ...eventQuestions(client),
    ...traceQuestions(client),
    ...searchQuestions(client),
    ...edgeQuestions(client),
    ...sampleQuestions(client),
    ...sagaQuestions(client),
    ...deadLetterQuestions(client),
    ...stateQuestions(client),
    async close() {
      await client.close();
      await owned?.close();
    },
  };
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url.replace(/\/+$/, '');
  throw new AppError('store-refused', 'store.url is not a URL of the form http://host:8123', {
    cure: 'Correct store.url, or leave it out for the embedded store.',
  });
}

/** The embedded store says so itself; everything else that answers a ping is a ClickHouse server. */
async function kindAt(url: string): Promise<Store['kind']> {
  const unreachable = (cause: unknown): AppError =>
    new AppError('store-unreachable', 'The store cannot be reached', {
      retryable: true,
      cause,
      cure: 'Check store.url, and that the server runs.',
    });
  const answer = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(5_000) }).catch((error: unknown) => {
    throw unreachable(error);
  });
  if ((await answer.text()).trim() !== 'Ok.')
    throw new AppError('store-refused', 'What answers at store.url is not ClickHouse', {
      cure: 'Check store.url: it is the HTTP port, 8123 by default.',
    });
  return answer.headers.has(EMBEDDED_HEADER) ? 'embedded' : 'server';
}

async function createDatabase(settings: { url: string; user: string; password: string }, database: string): Promise<void> {
  const client = openClient({ ...settings, database: 'default' });
  try {
    await client.run(`CREATE DATABASE IF NOT EXISTS ${database}`);
  } finally {
    await client.close();
  }
}

async function patiently<T>(work: () => Promise<T>, log: Log): Promise<T> {
  for (const until = Date.now() + TRY_FOR_MS; ;) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error) || !error.retryable || Date.now() > until) throw error;
      log.warn({ code: error.code }, 'the store is not there yet');
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
