import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedStore, type EmbeddedStore } from '../embedded/start-embedded';
import { openStore } from '../open-store';
import type { Store } from '../store';
import { aBatch, quietTime, someEvents } from '../store.contract';
import { openClient, type StoreClient } from './client';

const log = pino({ level: 'silent' });

describe('a tap whose process died between events and account', { timeout: 300_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'eventyard-repair-'));
  let embedded: EmbeddedStore;
  let store: Store;
  let client: StoreClient;
  beforeAll(async () => {
    embedded = await startEmbeddedStore({ directory, log });
    const { url, user, password, database } = embedded;
    store = await openStore({ url, user, password, database, directory: '', retentionDays: 30 }, { log });
    client = openClient({ url, user, password, database });
  });
  afterAll(async () => {
    await client?.close();
    await store?.close();
    await embedded?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** As a kill -9 leaves it: the events are there, what follows them is not. */
  async function forgetAccount(tap: string, batch: number): Promise<void> {
    for (const table of ['batch_summaries', 'positions'])
      await client.run(`ALTER TABLE ${table} DELETE WHERE tap = '${tap}' AND batch >= ${batch} SETTINGS mutations_sync = 2`);
  }

  it('[S2] twice in a row, in batches of different partitions: no partition is forgotten', async () => {
    const tap = 'log';
    const at = quietTime();
    const append = (number: number, channel: string, offset: number) =>
      store.append(
        aBatch(
          tap,
          number,
          someEvents(tap, number, 10, (index) => ({ channel, partition: 0, offset: offset + index }), at),
          { offsets: new Map([[channel, new Map([[0, offset + 10]])]]), gaps: [] },
        ),
      );
    await append(1, 'orders', 0);
    await append(2, 'orders', 10);
    await forgetAccount(tap, 2);
    expect((await store.tapPosition(tap)).offsets.get('orders')?.get(0)).toBe(20);
    await append(3, 'payments', 0);
    await forgetAccount(tap, 3);
    const { batch, offsets } = await store.tapPosition(tap);
    expect(batch).toBe(3);
    expect(offsets).toEqual(
      new Map([
        ['orders', new Map([[0, 20]])],
        ['payments', new Map([[0, 10]])],
      ]),
    );
  });
});
