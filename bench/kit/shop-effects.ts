import { existsSync } from 'node:fs';
import { openDatabase } from '@/shop/kernel/db/database';
import type { Counts } from '@/shop/traffic/expected';
import type { Plan } from '@/shop/traffic/plan';
import type { World } from '@/shop/world';

type Service = Parameters<World['databaseOf']>[0];

/** What messages have done where they were read, each in the reader's own database: a message lost is one too few, one worked on twice one too many. */
export function effectsOf({ databaseOf }: Pick<World, 'databaseOf'>): Counts {
  const one = (service: Service, sql: string): number => ask(databaseOf(service), sql);
  return {
    'effect.orders placed': one('query-service', 'SELECT count(*) AS n FROM order_details'),
    'effect.orders sold': one('query-service', 'SELECT coalesce(sum(orders), 0) AS n FROM sales_by_hour'),
    'effect.charges and refunds': one('payment-service', `SELECT count(*) AS n FROM events WHERE type = 'ENTRY_POSTED'`),
    'effect.ledger entries': one('reporting-service', 'SELECT count(*) AS n FROM ledger'),
    'effect.awards of points': one('loyalty-service', 'SELECT count(*) AS n FROM points'),
    'effect.mails': one('notification-service', `SELECT count(*) AS n FROM notifications WHERE channel = 'email' AND order_id IS NOT NULL`),
    'effect.pieces reserved twice': one(
      'inventory-service',
      `SELECT coalesce(sum(n - 1), 0) AS n FROM
         (SELECT count(*) AS n FROM events WHERE type = 'STOCK_RESERVED' GROUP BY stream, json_extract(data, '$.orderId'))`,
    ),
  };
}

/** What they must be after these orders. */
export const effectsAfter = (plan: Plan, counts: Counts): Counts => ({
  'effect.orders placed': counts['order.created'] ?? 0,
  'effect.orders sold': counts['orders.completed'] ?? 0,
  'effect.charges and refunds': counts['ledger.rows'] ?? 0,
  'effect.ledger entries': counts['ledger.rows'] ?? 0,
  'effect.awards of points': counts['loyalty.points.awarded'] ?? 0,
  'effect.mails': (counts['orders.completed'] ?? 0) - plan.orders().filter(({ marks }) => marks.includes('mail-throws')).length,
  'effect.pieces reserved twice': 0,
});

/** Sagas that were not answered for too long while a process was away and were undone, as planned for nobody: an end as good, with other messages. */
export function givenUp({ databaseOf }: Pick<World, 'databaseOf'>, plan: Plan): readonly string[] {
  const database = openDatabase(databaseOf('saga-orchestrator'));
  try {
    const lost = database.all<{ id: string }>(
      `SELECT DISTINCT order_id AS id FROM sagas JOIN saga_log USING (saga) WHERE saga_log.state = 'lost'`,
    );
    const planned = new Set(
      plan.orders().flatMap(({ orderId, marks }) => (marks.includes('silent-shipping') || marks.includes('refund-fails') ? [orderId] : [])),
    );
    return lost.map(({ id }) => id).filter((id) => !planned.has(id));
  } finally {
    database.close();
  }
}

function ask(path: string, sql: string): number {
  if (!existsSync(path)) return 0;
  const database = openDatabase(path);
  try {
    return database.get<{ n: number }>(sql)?.n ?? 0;
  } catch (error) {
    if (/no such table/.test(String(error))) return 0;
    throw error;
  } finally {
    database.close();
  }
}
