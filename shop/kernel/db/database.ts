import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import LibSql from 'libsql';

type Value = string | number | bigint | null | Uint8Array;
type Row = Record<string, Value>;

/** What work inside a transaction may do. Everything is synchronous: nothing else of this process runs between `begin` and `commit`. */
export interface Transaction {
  run(sql: string, ...values: readonly Value[]): { readonly changes: number };
  get<T>(sql: string, ...values: readonly Value[]): T | undefined;
  all<T>(sql: string, ...values: readonly Value[]): T[];
}

/**
 * One service's own file (SQLite, WAL). Several processes may share it: who comes second waits up to 5 s for the writer, then gets
 * `SQLITE_BUSY`. What was committed is there after kill -9.
 */
export interface Database extends Transaction {
  readonly path: string;
  /** All or nothing: `BEGIN IMMEDIATE`, so that what is read inside is what is written on. A transaction within one joins it. */
  transaction<T>(work: (tx: Transaction) => T): T;
  /** Runs statements without values, once per start: `CREATE … IF NOT EXISTS`. */
  script(sql: string): void;
  close(): void;
}

interface Statement {
  run(...values: readonly Value[]): { changes: number };
  get(...values: readonly Value[]): Row | undefined;
  all(...values: readonly Value[]): Row[];
}

/** Opens (and makes) the file. `:memory:` is a database that ends with the connection. */
export function openDatabase(path: string): Database {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const connection = new LibSql(path, { timeout: 5_000 });
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;');
  return new SqlFile(path, connection);
}

class SqlFile implements Database {
  private readonly statements = new Map<string, Statement>();
  private inTransaction = false;

  constructor(
    readonly path: string,
    private readonly connection: InstanceType<typeof LibSql>,
  ) {}

  run(sql: string, ...values: readonly Value[]): { readonly changes: number } {
    return this.statement(sql).run(...values);
  }

  get<T>(sql: string, ...values: readonly Value[]): T | undefined {
    const row = this.statement(sql).get(...values);
    return row === undefined ? undefined : (plain(row) as T);
  }

  all<T>(sql: string, ...values: readonly Value[]): T[] {
    return this.statement(sql)
      .all(...values)
      .map((row) => plain(row) as T);
  }

  transaction<T>(work: (tx: Transaction) => T): T {
    if (this.inTransaction) return work(this);
    this.run('BEGIN IMMEDIATE');
    this.inTransaction = true;
    try {
      const result = work(this);
      this.run('COMMIT');
      return result;
    } catch (error) {
      this.run('ROLLBACK');
      throw error;
    } finally {
      this.inTransaction = false;
    }
  }

  script(sql: string): void {
    this.connection.exec(sql);
  }

  close(): void {
    this.statements.clear();
    if (this.connection.open) this.connection.close();
  }

  private statement(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    const made = this.connection.prepare(sql) as Statement;
    this.statements.set(sql, made);
    return made;
  }
}

/** The library adds `_metadata` to a row it gets alone. */
function plain(row: Row): Row {
  if (!('_metadata' in row)) return row;
  const { _metadata: _, ...columns } = row;
  return columns;
}

/** Whether another process held the file for longer than the 5 s: the consumer pauses and tries again. */
export const isLocked = (error: unknown): boolean =>
  /SQLITE_BUSY|database is locked/.test(`${(error as { code?: string }).code} ${String(error)}`);
