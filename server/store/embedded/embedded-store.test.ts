import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { openStore } from '../open-store';
import { describeStoreContract } from '../store.contract';
import { startEmbeddedStore } from './start-embedded';

const log = pino({ level: 'silent' });

describeStoreContract('embedded', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'eventyard-store-'));
  const embedded = await startEmbeddedStore({ directory, log });
  const settings = { url: embedded.url, user: embedded.user, password: embedded.password, database: embedded.database, directory, retentionDays: 30 };
  const store = await openStore(settings, { log });
  const other = await openStore(settings, { log });
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
});
