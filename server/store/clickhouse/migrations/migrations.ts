import type { StoreClient } from '../client';
import { events } from './0001-events';
import { rollups } from './0002-rollups';
import { states } from './0003-states';
import { leaseBeats } from './0004-lease-beats';
import { fieldPlaces } from './0005-field-places';
import { fieldValues } from './0006-field-values';
import type { Migration, MigrationContext } from './migration';

const MIGRATIONS: readonly Migration[] = [events, rollups, states, leaseBeats, fieldPlaces, fieldValues];
const KEPT_BY_RETENTION = ['events', 'batch_summaries', 'dead_letters', 'gaps'];

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
  await applyMergeSettings(client);
}

/**
 * How parts of `events` are merged (docs/adr/0006). Of every store, also of one that was made before; what a server does not know it goes without.
 *
 * - Ten parts at least: with the engine's own choice a row was written again 1.7 times within the first 200,000 events. A merge of an event costs
 *   more than its insert did.
 * - So that young parts, which now stay longer, answer ids as quickly as old ones, the filter is built with the insert.
 */
const MERGE_SETTINGS: Readonly<Record<string, number>> = { min_parts_to_merge_at_once: 10, materialize_skip_indexes_on_insert: 1 };

async function applyMergeSettings(client: StoreClient): Promise<void> {
  const names = Object.keys(MERGE_SETTINGS);
  const known = await client.rows<{ name: string }>('SELECT name FROM system.merge_tree_settings WHERE name IN {names:Array(String)}', {
    names,
  });
  const [events] = await client.rows<{ engine: string }>(
    "SELECT engine_full AS engine FROM system.tables WHERE database = currentDatabase() AND name = 'events'",
  );
  const wanted = known
    .map(({ name }) => `${name} = ${MERGE_SETTINGS[name]}`)
    .filter((setting) => !new RegExp(`\\b${setting}\\b`).test(events?.engine ?? ''));
  if (wanted.length > 0) await client.run(`ALTER TABLE events MODIFY SETTING ${wanted.join(', ')}`);
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
