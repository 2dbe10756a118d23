import type { StoreClient } from '../client';
import { events } from './0001-events';
import { rollups } from './0002-rollups';
import { states } from './0003-states';
import { leaseBeats } from './0004-lease-beats';
import { fieldPlaces } from './0005-field-places';

export interface MigrationContext {
  /** Names a table engine with its parameters; the one place where a cluster's engines would be chosen. */
  readonly engine: (kind: string, parameters?: string) => string;
  readonly retentionDays: number;
}

/** A numbered step of the schema. Its statements can be run again: a start may have been interrupted between two of them. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: (context: MigrationContext) => readonly string[];
}

const MIGRATIONS: readonly Migration[] = [events, rollups, states, leaseBeats, fieldPlaces];
const KEPT_BY_RETENTION = ['events', 'batch_summaries', 'dead_letters', 'gaps', 'field_places'];

/** Brings the schema up to date and the retention to what the configuration says. */
export async function migrate(client: StoreClient, retentionDays: number): Promise<void> {
  await client.run(
    'CREATE TABLE IF NOT EXISTS schema_migrations (number UInt32, name String, at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY number',
  );
  const done = new Set((await client.rows<{ number: number }>('SELECT DISTINCT number FROM schema_migrations')).map((row) => row.number));
  const context: MigrationContext = { engine: (kind, parameters = '') => `${kind}(${parameters})`, retentionDays };
  for (const { number, name, statements } of MIGRATIONS) {
    if (done.has(number)) continue;
    for (const statement of statements(context)) await client.run(statement);
    await client.insert('schema_migrations', [{ number, name }]);
  }
  await applyRetention(client, retentionDays);
}

async function applyRetention(client: StoreClient, retentionDays: number): Promise<void> {
  const tables = await client.rows<{ name: string; engine: string }>(
    'SELECT name, engine_full AS engine FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
    { names: KEPT_BY_RETENTION },
  );
  for (const { name, engine } of tables) {
    const ttl = /TTL (.*toIntervalDay\()(\d+)\)/.exec(engine);
    if (ttl === null || Number(ttl[2]) === retentionDays) continue;
    await client.run(`ALTER TABLE ${name} MODIFY TTL ${ttl[1]}${retentionDays}) SETTINGS materialize_ttl_after_modify = 0`);
  }
}
