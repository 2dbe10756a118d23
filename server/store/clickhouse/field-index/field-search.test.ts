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
import { hashOfText } from './field-values';

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
      {
        traceId: 'one',
        body: utf8(
          '{"order":{"id":"o-1","note":"a\\"b"},"data":{"tenant":"acme-7","plan":"gold","count":4711,"code":"4712","flag":true,"list":[1,2]}}',
        ),
      },
      {
        traceId: 'two',
        headers: [
          aHeader('tenant', 'acme-7', 'S'),
          aHeader('plan', 'gold', 'S'),
          aHeader('mail', 'joe@acme', 'S'),
          aHeader('tries', new Uint8Array([0, 0, 1, 44]), 'I'),
        ],
      },
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
    ['b.tenant=acme-7', ['one']],
    ['h.tenant=acme-7', ['two']],
    ['h.mail=joe@acme', ['two']],
    ['h.plan=gold', ['two']],
    ['b.plan=gold', ['one']],
    ['h.tries=300', ['two']],
    ['h.tenant=acme-7 OR b.order.id=o-1', ['one', 'two']],
    ['h.tenant=acme-7 b.order.id=o-1', []],
    ['b.other=o-1', []],
    ['b.order.id=o-2', []],
    ['b.order.id=12', []],
    ['b.count=4711', ['one']],
    ['b.flag=true', ['one']],
    ['b.code=4712', ['one']],
    ['b.list="[1,2]"', ['one']],
    ['b.order.id!=o-1 b.k1=v-1', ['many']],
    ['b.k499=v-499', ['many']],
  ])('[Q28] %s finds what looking at every event finds', async (line, traces) => {
    expect(await found(line)).toEqual(traces);
    await client.run('RENAME TABLE fields_since TO kept_marks');
    await client.run('CREATE TABLE fields_since AS kept_marks');
    expect(await found(line)).toEqual(traces);
    await client.run('DROP TABLE fields_since');
    await client.run('RENAME TABLE kept_marks TO fields_since');
  });

  it('[Q28] [S2] a crash between events and what is computed from them leaves no hole', async () => {
    await append('killed', 1, [{ traceId: 'three', body: utf8('{"id":"x-789"}') }]);
    for (const table of ['batch_summaries', 'positions'])
      await client.run(`ALTER TABLE ${table} DELETE WHERE tap = 'killed' SETTINGS mutations_sync = 2`);
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
      await client.run('INSERT INTO fields_since SELECT 0, now64(6)');
      // Nothing but the numbers in the rows is asked where the index is said to be whole.
      expect(await found('b.id=y-1234')).toEqual([]);
      await client.run('INSERT INTO fields_since SELECT -1, now64(6)');
      await append('on', 2, [{ traceId: 'five', body: utf8('{"id":"y-1234"}') }], withIndex);
      expect(await found('b.id=y-1234')).toEqual(['five', 'four']);
    } finally {
      await without.close();
      await withIndex.close();
    }
  });

  it('[Q28] what an earlier version stored, without the column, is found', async () => {
    await append('old', 1, [{ traceId: 'six', body: utf8('{"id":"z-77"}') }]);
    await client.run('ALTER TABLE events DROP INDEX field_values_bloom, DROP COLUMN fieldValues SETTINGS mutations_sync = 2');
    await client.run('DROP TABLE fields_since');
    await client.run('ALTER TABLE schema_migrations DELETE WHERE number = 6 SETTINGS mutations_sync = 2');
    const { url, user, password, database } = embedded;
    const newer = await openStore({ url, user, password, database, directory: '', retentionDays: 30 }, { log });
    try {
      expect(await found('b.id=z-77')).toEqual(['six']);
      await append('new', 2, [{ traceId: 'seven', body: utf8('{"id":"z-77"}') }], newer);
      expect(await found('b.id=z-77')).toEqual(['seven', 'six']);
    } finally {
      await newer.close();
    }
  });

  it('[Q28] a value that is in very many events is found all the same', async () => {
    await client.run(
      `INSERT INTO events (id, messageId, observedAt, headers, fieldValues) SELECT toString(number), toString(number), fromUnixTimestamp64Micro(toInt64({at:Int64} + number), 'UTC'),
        [('region', 'kafka', 'eu-1')], [toUInt32({hash:UInt32})] FROM numbers(500000)`,
      { at: start, hash: hashOfText('eu-1') },
    );
    expect(await found('h.region=eu-1')).toHaveLength(50);
    expect(await found('h.region=eu-1 b.order.id=o-1')).toEqual([]);
  });
});
