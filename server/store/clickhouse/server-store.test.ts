import pino from 'pino';
import { describe, it } from 'vitest';
import { openStore } from '../open-store';
import { describeSearchContract } from '../search.contract';
import { describeStoreContract } from '../store.contract';

/** The same promises against any ClickHouse: `STORE_URL=http://user:password@host:8123 npx vitest run --project server server/store/clickhouse`. */
const given = process.env.STORE_URL;
const log = pino({ level: 'silent' });

if (given === undefined) {
  describe('store contract: ClickHouse server', () => {
    it.skip('not run: STORE_URL names no ClickHouse server', () => {});
  });
} else {
  const url = new URL(given);
  const settings = {
    url: url.origin,
    user: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
    database: 'eventyard_test',
    directory: '',
    retentionDays: 30,
  };
  const openServer = async () => {
    const store = await openStore(settings, { log });
    const other = await openStore(settings, { log });
    return { store, other, close: async () => void (await Promise.all([store.close(), other.close()])) };
  };
  describeStoreContract('ClickHouse server', openServer);
  describeSearchContract('ClickHouse server', openServer);
}
