import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDatabase, type Database } from './database';

/** A real file in a folder of its own, gone with the test. The answer opens it, again and again if asked: each time another connection. */
export function scratchDatabase(): () => Database {
  const folder = mkdtempSync(join(tmpdir(), 'shop-'));
  const opened: Database[] = [];
  onTestFinished(() => {
    for (const database of opened) database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const database = openDatabase(join(folder, 'service.db'));
    opened.push(database);
    return database;
  };
}
