import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, utf8 } from '@/lib/events/event.fixture';
import { isAppError } from '@/lib/errors';
import { openClient } from '../clickhouse/client';
import { openStore } from '../open-store';
import type { Store } from '../store';
import { describeSearchContract } from '../search.contract';
import type { StoreUnderTest } from '../store.contract';
import { aBatch, around, describeStoreContract, quietTime, someEvents } from '../store.contract';
import type { EmbeddedStore } from './start-embedded';
import { openInsertSpool, SPOOL_HEADER, spoolInto, sweepSpool } from './spool';
import { startEmbeddedStore } from './start-embedded';

const log = pino({ level: 'silent' });
const settingsOf = (embedded: EmbeddedStore) => ({
  url: embedded.url,
  user: embedded.user,
  password: embedded.password,
  database: embedded.database,
  directory: '',
  retentionDays: 30,
});

const openEmbedded = async (): Promise<StoreUnderTest> => {
  const directory = mkdtempSync(join(tmpdir(), 'eventyard-store-'));
  const embedded = await startEmbeddedStore({ directory, log });
  const store = await openStore(settingsOf(embedded), { log });
  const other = await openStore(settingsOf(embedded), { log });
  return {
    store,
    other,
    close: async () => {
      await store.close();
      await other.close();
      await embedded.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
};

describeStoreContract('embedded', openEmbedded);
describeSearchContract('embedded', openEmbedded);

describe('the embedded store', { timeout: 600_000 }, () => {
  let directory: string;
  let embedded: EmbeddedStore;
  let store: Store;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'eventyard-store-'));
    embedded = await startEmbeddedStore({ directory, log });
    store = await openStore(settingsOf(embedded), { log });
  }, 300_000);
  it('[S10] a value comes to the engine as it is, whatever it holds, alone and in a list', async () => {
    const client = openClient(settingsOf(embedded));
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: fc.constantFrom(...'\\\'"`\t\n\r\b\f\0{}:%&=?#+ ,[]()ü😀') }),
    );
    await fc.assert(
      fc.asyncProperty(anyText, fc.array(anyText, { maxLength: 5 }), fc.integer(), async (one, many, number) => {
        const [row] = await client.rows('SELECT {one:String} AS one, {many:Array(String)} AS many, {number:Int64} AS number', {
          one,
          many,
          number,
        });
        expect(row).toEqual({ one, many, number });
      }),
      { numRuns: 300 },
    );
    await client.close();
  });

  afterAll(async () => {
    await store?.close();
    await embedded?.close();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  it('[S3] [S4] [S8] kill -9 of its process five times while batches are stored: nothing acknowledged is lost, nothing counts twice, every rollup equals a count', async () => {
    const tap = 'killed';
    const body = utf8('{"always":"the same"}');
    const lease = await store.acquireLease(tap, 'test');
    let acknowledged = 0;
    let kills = 0;
    for (let number = 1; kills < 5 || number <= 30; number++) {
      const events = someEvents(
        tap,
        number,
        40,
        (i) => ({ traceId: `trace-${i % 4}`, ...(i % 2 === 0 && { body }) }),
        quietTime() + number * 300_000,
      );
      const stored = storeAtLast(store, aBatch(tap, number, events, { epoch: lease.epoch }));
      if (number % 5 === 3 && kills < 5 && embedded.pid() !== null) {
        // Somewhere between the first byte of the batch and its end.
        await new Promise((resolve) => setTimeout(resolve, kills * 9));
        const pid = embedded.pid();
        if (pid !== null) {
          process.kill(pid, 'SIGKILL');
          kills++;
        }
      }
      await stored;
      acknowledged += events.length;
    }
    const position = await again(() => store.tapPosition(tap));
    const rows = (await store.recentEvents({ range: around(quietTime()), limit: 10_000, broker: tap })).rows;
    expect(rows).toHaveLength(acknowledged);
    expect(new Set(rows.map((row) => row.id)).size).toBe(acknowledged);
    expect(position.batch * 40).toBe(acknowledged);
    const publish = (await store.edges(around(quietTime()))).filter((edge) => edge.broker === tap && edge.kind === 'publish');
    expect(publish.reduce((sum, edge) => sum + edge.count, 0)).toBe(acknowledged);
    const traces = await store.search({ node: null, range: around(quietTime()), limit: 10, brokers: [tap] });
    expect(traces.rows.map((trace) => trace.events)).toEqual([0, 1, 2, 3].map(() => acknowledged / 4));
  });

  it('[S2] a crash between the events and their summaries is repaired when the position is read', async () => {
    const tap = 'half';
    const client = await rawClient(embedded);
    await store.append(
      aBatch(
        tap,
        1,
        someEvents(tap, 1, 25, () => ({ traceId: 'half-trace' })),
      ),
    );
    await client(`DELETE FROM batch_summaries WHERE tap = 'half' SETTINGS lightweight_deletes_sync = 2`);
    expect((await store.edges(around(quietTime()))).filter((edge) => edge.broker === tap)).toEqual([]);
    expect(await store.tapPosition(tap)).toMatchObject({ batch: 1, batchSize: 25 });
    expect((await store.edges(around(quietTime()))).filter((edge) => edge.broker === tap).map((edge) => edge.count)).toEqual([25]);
    expect(
      (await store.search({ node: null, range: around(quietTime()), limit: 10, brokers: [tap] })).rows.map((trace) => trace.events),
    ).toEqual([25]);
  });

  it('a whole batch becomes one part, so it is there or not', async () => {
    const client = await rawClient(embedded);
    await client('SYSTEM STOP MERGES events');
    const before = Number(await client("SELECT count() FROM system.parts WHERE table = 'events' AND active"));
    await store.append(aBatch('one-part', 1, someEvents('one-part', 1, 20_000)));
    expect(Number(await client("SELECT count() FROM system.parts WHERE table = 'events' AND active"))).toBe(before + 1);
    await client('SYSTEM START MERGES events');
  });

  it('[S1] [S9] a large batch lies in the folder of the engine while it is stored, and not longer', async () => {
    const client = await rawClient(embedded);
    const folder = await spoolOf(embedded);
    const body = utf8(JSON.stringify({ text: 'x'.repeat(200) }));
    const spool = await openInsertSpool(embedded);
    const put = await spool?.(new Uint8Array(1_000_000));
    expect(readdirSync(folder)).toEqual([put?.headers[SPOOL_HEADER]]);
    await put?.remove();
    await store.append(
      aBatch(
        'large',
        1,
        someEvents('large', 1, 3_000, () => ({ body })),
      ),
    );
    expect(await client("SELECT count(), uniqExact(body), any(length(body)) FROM events WHERE tap = 'large'")).toBe(
      `3000\t1\t${body.length}`,
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('[S9] without a folder to write to, a large batch travels by HTTP; a body that is not there can be sent again', async () => {
    const nowhere = spoolInto(join(directory, 'nowhere'));
    expect(await nowhere(new Uint8Array(1_000_000))).toBeNull();
    const lost = openClient({
      ...embedded,
      spool: () => Promise.resolve({ headers: { [SPOOL_HEADER]: 'lost-1.bin' }, remove: () => Promise.resolve() }),
    });
    const outside = openClient({
      ...embedded,
      spool: () => Promise.resolve({ headers: { [SPOOL_HEADER]: '../etc/passwd' }, remove: () => Promise.resolve() }),
    });
    const sql = "INSERT INTO positions (tap) SELECT tap FROM input('tap String') FORMAT RowBinary";
    await expect(lost.send(sql, new Uint8Array(1))).rejects.toMatchObject({ retryable: true });
    await expect(outside.send(sql, new Uint8Array(1))).rejects.toMatchObject({ retryable: false });
    expect((await fetch(`${embedded.url}/spool`)).status).toBe(403);
    await lost.close();
    await outside.close();
  });

  it('[S9] what a killed writer left is removed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventyard-spool-'));
    for (const name of ['old-1.bin', 'new-1.bin']) writeFileSync(join(folder, name), 'x');
    utimesSync(join(folder, 'old-1.bin'), new Date(0), new Date(0));
    sweepSpool(folder, Date.now());
    expect(readdirSync(folder)).toEqual(['new-1.bin']);
    rmSync(folder, { recursive: true });
  });

  it('keeps its address over a restart and answers nobody without the secret', async () => {
    const { url } = embedded;
    const answer = await fetch(`${url}/?query=SELECT%201`);
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('516');
    const wrong = await openStore({ ...settingsOf(embedded), password: 'wrong' }, { log }).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'store-refused' });
    const back = new Promise<void>((resolve) => embedded.onRestart(resolve));
    process.kill(embedded.pid()!, 'SIGKILL');
    await expect(store.ready()).resolves.toMatchObject({ ready: false });
    await back;
    expect(embedded.url).toBe(url);
    expect(await again(() => store.size())).toMatchObject({ events: expect.any(Number) as number });
  });

  it('a setting of one statement changes no other, and one in the address is refused', async () => {
    const client = await rawClient(embedded);
    expect(await client('SELECT 1 SETTINGS max_result_rows = 1')).toBe('1');
    expect(await client('SELECT count() FROM (SELECT * FROM numbers(5))')).toBe('5');
    await expect(client('SET max_result_rows = 1')).rejects.toThrow(/SET/);
    await expect(client('SELECT 1', '&max_execution_time=1')).rejects.toThrow(/max_execution_time/);
  });

  it('says that a folder is in use, and lets go of it when closed', async () => {
    const second = await startEmbeddedStore({ directory, log }).catch((error: unknown) => error);
    expect(isAppError(second) && [second.code, second.cure !== null]).toEqual(['store-locked', true]);
  });

  it('reads that take long do not stop appends', async () => {
    const client = await rawClient(embedded);
    let done = false;
    const slow = client(
      'SELECT /* slow-read */ count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_execution_time = 500',
    )
      .catch(() => '')
      .finally(() => (done = true));
    await store.append(aBatch('meanwhile', 1, [anEvent({ broker: 'meanwhile', tap: 'meanwhile', observedAt: quietTime() })]));
    expect((await store.recentEvents({ range: around(quietTime()), limit: 5, broker: 'meanwhile' })).rows).toHaveLength(1);
    expect(done).toBe(false);
    await client("KILL QUERY WHERE query LIKE 'SELECT /* slow-read */%' ASYNC");
    await slow;
  });

  it('ends with the one that started it, however that died', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'eventyard-store-'));
    const script = `import { startEmbeddedStore } from '@/server/store/embedded/start-embedded'; import pino from 'pino';
      const store = await startEmbeddedStore({ directory: process.argv[1] ?? '', log: pino({ level: 'silent' }) }); console.log('child ' + store.pid()); setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      starter.stdout.on('data', (text: Buffer) => resolve(Number(/child (\d+)/.exec(text.toString())?.[1])));
      starter.once('exit', (code) => reject(new Error(`ended with ${code}`)));
    });
    expect(isAlive(pid)).toBe(true);
    starter.removeAllListeners('exit');
    starter.kill('SIGKILL');
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
    rmSync(folder, { recursive: true, force: true });
  });
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** As the collector does it: what is retryable is simply tried again [S8]. */
const storeAtLast = (store: Store, batch: Parameters<Store['append']>[0]): Promise<void> => again(() => store.append(batch));

async function again<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isAppError(error) || !error.retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function spoolOf({ url, user, password }: EmbeddedStore): Promise<string> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return (await fetch(`${url}/spool`, { headers: { authorization } })).text();
}

/** The engine itself, past the store. Resolves to the answer's text. */
async function rawClient({ url, user, password }: EmbeddedStore): Promise<(sql: string, more?: string) => Promise<string>> {
  return async (sql, more = '') => {
    const answer = await fetch(`${url}/?default_format=TSV${more}`, {
      method: 'POST',
      body: sql,
      headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
    });
    const text = (await answer.text()).trim();
    if (!answer.ok) throw new Error(text);
    return text;
  };
}
