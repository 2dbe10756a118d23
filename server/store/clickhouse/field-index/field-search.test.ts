import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aHeader, anEvent, utf8 } from '@/lib/events/event.fixture';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { parseQuery } from '@/lib/search/parse-query';
import { startEmbeddedStore, type EmbeddedStore } from '../../embedded/start-embedded';
import { openStore } from '../../open-store';
import type { Store } from '../../store';
import { aBatch, quietTime } from '../../store.contract';
import { openClient, type StoreClient } from '../client';

const log = pino({ level: 'silent' });
const AN_HOUR = 3_600_000_000;

describe('fields looked for by their index', { timeout: 300_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'eventyard-fields-'));
  const start = quietTime();
  const range = { from: start - AN_HOUR, to: start + AN_HOUR };
  let embedded: EmbeddedStore;
  let store: Store;
  let client: StoreClient;
  beforeAll(async () => {
    embedded = await startEmbeddedStore({ directory, log });
    const { url, user, password, database } = embedded;
    store = await openStore({ url, user, password, database, directory: '', retentionDays: 30, indexFields: true }, { log });
    client = openClient({ url, user, password, database });
    await append('log', 1, [
      { traceId: 'one', body: utf8('{"order":{"id":"o-1","note":"a\\"b"},"data":{"tenant":"acme"}}') },
      { traceId: 'two', headers: [aHeader('tenant', 'acme', 'S'), aHeader('tries', new Uint8Array([0, 0, 1, 44]), 'I')] },
      { traceId: 'many', body: utf8(JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, `v-${i}`])))) },
    ]);
  }, 300_000);
  afterAll(async () => {
    await client?.close();
    await store?.close();
    await embedded?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const append = (tap: string, number: number, given: readonly Partial<ObservedEvent>[], into: Store = store): Promise<void> =>
    into.append(
      aBatch(
        tap,
        number,
        given.map((one, index) =>
          anEvent({
            tap,
            batch: number,
            index,
            offset: number * 100 + index,
            observedAt: start + number * 60_000_000 + index,
            headers: [],
            body: null,
            ...one,
          }),
        ),
      ),
    );
  const found = async (line: string): Promise<readonly string[]> => {
    const parsed = parseQuery(line);
    if (!parsed.ok) throw new Error(parsed.problem.text);
    return (await store.search({ range, limit: 50, node: parsed.query })).rows.map((row) => row.traceId).toSorted();
  };

  it.each<[string, readonly string[]]>([
    ['b.order.id=o-1', ['one']],
    ['b.order.note="a\\"b"', ['one']],
    ['b.tenant=acme', ['one']],
    ['h.tenant=acme', ['two']],
    ['h.tries=300', ['two']],
    ['h.tenant=acme OR b.order.id=o-1', ['one', 'two']],
    ['h.tenant=acme b.order.id=o-1', []],
    ['b.other=o-1', []],
    ['b.order.id=o-2', []],
    ['b.order.id!=o-1 b.k1=v-1', ['many']],
    ['b.k499=v-499', ['many']],
  ])('[Q28] %s finds what looking at every event finds', async (line, traces) => {
    expect(await found(line)).toEqual(traces);
    await client.run('RENAME TABLE field_places_since TO kept_marks');
    await client.run('CREATE TABLE field_places_since AS kept_marks');
    expect(await found(line)).toEqual(traces);
    await client.run('DROP TABLE field_places_since');
    await client.run('RENAME TABLE kept_marks TO field_places_since');
  });

  it('[Q28] what is asked for is read from its moments alone', async () => {
    await client.run('CREATE TABLE kept_places AS field_places');
    await client.run('INSERT INTO kept_places SELECT * FROM field_places');
    await client.run('TRUNCATE TABLE field_places');
    expect(await found('b.order.id=o-1')).toEqual([]);
    await client.run('INSERT INTO field_places SELECT * FROM kept_places');
    expect(await found('b.order.id=o-1')).toEqual(['one']);
  });

  it('[Q28] [S2] a crash between events and index leaves no hole', async () => {
    await append('killed', 1, [{ traceId: 'three', body: utf8('{"id":"x-789"}') }]);
    const row = "tap = 'killed'";
    for (const table of ['batch_summaries', 'positions'])
      await client.run(`ALTER TABLE ${table} DELETE WHERE ${row} SETTINGS mutations_sync = 2`);
    await client.run('TRUNCATE TABLE field_places');
    expect(await found('b.id=x-789')).toEqual([]);
    await store.tapPosition('killed');
    expect(await found('b.id=x-789')).toEqual(['three']);
  });

  it('[Q28] what was stored while the index was not kept is found, before it is kept again and after', async () => {
    const { url, user, password, database } = embedded;
    const open = (indexFields: boolean) =>
      openStore({ url, user, password, database, directory: '', retentionDays: 30, indexFields }, { log });
    const [without, withIndex] = [await open(false), await open(true)];
    try {
      await append('off', 1, [{ traceId: 'four', body: utf8('{"id":"y-1234"}') }], without);
      expect(await found('b.id=y-1234')).toEqual(['four']);
      await append('on', 2, [{ traceId: 'five', body: utf8('{"id":"y-1234"}') }], withIndex);
      expect(await found('b.id=y-1234')).toEqual(['five', 'four']);
    } finally {
      await without.close();
      await withIndex.close();
    }
  });
});
