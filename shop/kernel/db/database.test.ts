import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Lease } from './lease';
import { scratchDatabase } from './scratch-database.fixture';

describe('a service’s database', () => {
  it('[SS1] keeps all of a transaction or nothing, and a row has no columns but its own', () => {
    const open = scratchDatabase();
    const database = open();
    database.script('CREATE TABLE rows (id TEXT PRIMARY KEY)');
    expect(() =>
      database.transaction((tx) => {
        tx.run('INSERT INTO rows VALUES (?)', 'a');
        throw new Error('no');
      }),
    ).toThrow('no');
    database.transaction((tx) => database.transaction(() => tx.run('INSERT INTO rows VALUES (?)', 'b')));
    expect(database.get('SELECT * FROM rows')).toEqual({ id: 'b' });
    expect(open().all('SELECT * FROM rows')).toEqual([{ id: 'b' }]);
  });

  it('[SS1] has what was committed after kill -9 of the writer', () => {
    const database = scratchDatabase()();
    const writer = `
      const LibSql = require('libsql');
      const db = new LibSql(${JSON.stringify(database.path)}, {});
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE kept (n INTEGER)');
      db.exec('BEGIN'); db.exec('INSERT INTO kept VALUES (1)'); db.exec('COMMIT');
      db.exec('BEGIN'); db.exec('INSERT INTO kept VALUES (2)');
      process.kill(process.pid, 'SIGKILL');`;
    expect(() => execFileSync(process.execPath, ['-e', writer], { stdio: 'ignore' })).toThrow();
    expect(database.all('SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  it('[SS1] gives a lease to one of two, and to the other when it was not renewed', () => {
    const open = scratchDatabase();
    let now = 1_000;
    const [first, second] = ['a', 'b'].map((holder) => new Lease(open(), 'relay', holder, 500, () => now)) as [Lease, Lease];
    expect([first.hold(), second.hold(), first.hold()]).toEqual([true, false, true]);
    now += 500;
    expect([second.hold(), first.hold()]).toEqual([true, false]);
    second.release();
    expect(first.hold()).toBe(true);
  });
});
