import { existsSync } from 'node:fs';
import { openDatabase, type Database } from '../kernel/db/database';
import type { ServiceName } from '../kernel/http-server/address-book';
import type { Counts } from '../traffic/expected';
import { seedText } from '../traffic/plan';
import type { World } from '../world';

/** What the services themselves have written down: how orders ended, whether the money adds up, what waits for a broker. */
export function readDatabases(world: Pick<World, 'databaseOf' | 'plan'>): Counts {
  return { ...orderStates(world), ...money(world), 'outbox.pending': pending(world) };
}

/** Every service that has an outbox. */
const WRITERS: readonly ServiceName[] = [
  'user-service',
  'order-service',
  'inventory-service',
  'payment-service',
  'shipping-service',
  'saga-orchestrator',
  'loyalty-service',
  'reporting-service',
];

function orderStates(world: Pick<World, 'databaseOf' | 'plan'>): Counts {
  const states = read(world, 'order-service', (database) =>
    database.all<{ status: string; orders: number }>(
      'SELECT status, COUNT(*) AS orders FROM order_status WHERE order_id LIKE ? GROUP BY status',
      `ord-${seedText(world.plan.seed)}-%`,
    ),
  );
  const of = (status: string): number => states?.find((row) => row.status === status)?.orders ?? 0;
  const all = (states ?? []).reduce((sum, { orders }) => sum + orders, 0);
  const [completed, cancelled] = [of('completed'), of('cancelled')];
  return { 'orders.completed': completed, 'orders.cancelled': cancelled, 'orders.open': all - completed - cancelled };
}

/** Debits and credits of all accounts, in cents: 0, whatever went wrong. */
function money(world: Pick<World, 'databaseOf'>): Counts {
  const amounts = read(world, 'payment-service', (database) =>
    database.get<{ sum: number | null }>(`SELECT SUM(json_extract(data, '$.amount')) AS sum FROM events WHERE stream LIKE 'account-%'`),
  );
  return { 'ledger.sum': amounts?.sum ?? 0 };
}

function pending(world: Pick<World, 'databaseOf'>): number {
  return WRITERS.reduce(
    (sum, service) =>
      sum + (read(world, service, (database) => database.get<{ rows: number }>('SELECT COUNT(*) AS rows FROM outbox')?.rows) ?? 0),
    0,
  );
}

/** Reads beside the service that owns the file; a table that is not there yet has nothing. */
function read<T>(world: Pick<World, 'databaseOf'>, service: ServiceName, question: (database: Database) => T): T | undefined {
  const path = world.databaseOf(service);
  if (!existsSync(path)) return undefined;
  const database = openDatabase(path);
  try {
    return question(database);
  } catch (error) {
    if (/no such table/.test(String(error))) return undefined;
    throw error;
  } finally {
    database.close();
  }
}
