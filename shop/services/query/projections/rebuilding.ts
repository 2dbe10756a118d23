import { createHash } from 'node:crypto';
import type { Database } from '../../../kernel/db/database';
import type { Projection } from './projection';

/** The tables of a rebuild, until they take the place of the others. */
export const NEXT = '_next';

export interface Rebuilt {
  /** Hash of all rows, before and after: a projection that forgot nothing has the same. */
  readonly before: string;
  readonly after: string;
  readonly events: number;
}

export const createTables = (database: Database, { create }: Projection, suffix = ''): void => database.script(create(suffix));

export const dropTables = (database: Database, { tables }: Projection, suffix: string): void =>
  database.script(tables.map((table) => `DROP TABLE IF EXISTS ${table}${suffix};`).join('\n'));

/** What was filled anew answers from now on; within a transaction nobody sees anything between. */
export function swapTables(database: Database, projection: Projection): void {
  dropTables(database, projection, '');
  for (const table of projection.tables) database.script(`ALTER TABLE ${table}${NEXT} RENAME TO ${table}`);
}

export function hashOf(database: Database, { tables }: Projection): string {
  const rows = tables.map((table) => database.all(`SELECT * FROM ${table} ORDER BY 1, 2`));
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
}
