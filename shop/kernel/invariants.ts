import { existsSync } from 'node:fs';
import { openDatabase, type Database } from './db/database';

/** Something that must never be true, and is. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
}

export interface Truths {
  readonly violations: readonly Violation[];
  /** Orders that have not come to an end: stuck, or under way. */
  readonly open: readonly string[];
}

export type DatabasePath = (service: 'order-service' | 'inventory-service' | 'payment-service' | 'saga-orchestrator') => string;

/**
 * What must be true of a shop whose messages have come to rest, whatever went wrong before: money adds up, stock is not negative and belongs to
 * somebody, and every order has ended with what its end means for its money and its pieces, or is listed as open. Reads the services' files beside
 * them; needs nothing of a broker.
 */
export function checkInvariants(pathOf: DatabasePath): Truths {
  const violations: Violation[] = [];
  const wrong = (rule: string, detail: string): void => void violations.push({ rule, detail });

  const orders = rows<{ order_id: string; status: string }>(pathOf('order-service'), 'SELECT order_id, status FROM order_status');
  const entries = rows<{ account: string; transfer: string; amount: number }>(
    pathOf('payment-service'),
    `SELECT stream AS account, json_extract(data, '$.transferId') AS transfer, json_extract(data, '$.amount') AS amount FROM events WHERE type = 'ENTRY_POSTED'`,
  );
  const payments = lastEvents(pathOf('payment-service'), 'payment-');
  const reservations = lastEvents(pathOf('inventory-service'), 'reservation-');
  const stock = rows<{ stream: string; type: string; quantity: number }>(
    pathOf('inventory-service'),
    `SELECT stream, type, json_extract(data, '$.quantity') AS quantity FROM events WHERE stream LIKE 'stock-%' ORDER BY global_seq`,
  );

  const sum = entries.reduce((total, { amount }) => total + amount, 0);
  if (sum !== 0) wrong('the ledger sums to 0', `it sums to ${sum} cents`);
  for (const [transfer, sides] of grouped(entries, ({ transfer }) => transfer))
    if (sides.length !== 2 || sides.reduce((total, { amount }) => total + amount, 0) !== 0)
      wrong('a transfer has two sides that sum to 0', `${transfer} has ${sides.length}`);
  for (const [stream, events] of grouped(stock, ({ stream }) => stream)) {
    const [available, reserved] = levels(events);
    if (available < 0 || reserved < 0) wrong('stock is never negative', `${stream}: ${available} available, ${reserved} reserved`);
  }

  for (const { order_id: id, status } of orders) {
    const [paid, held] = [payments.get(id), reservations.get(id)];
    if (status === 'completed' && paid !== 'PAYMENT_COMPLETED') wrong('a completed order is paid', `${id}: ${paid ?? 'no payment'}`);
    if (status === 'completed' && held !== 'RESERVATION_COMMITTED')
      wrong('a completed order has left the house', `${id}: ${held ?? 'nothing'}`);
    if (status === 'cancelled' && held !== undefined && ['RESERVATION_MADE', 'RESERVATION_COMMITTED'].includes(held))
      wrong('a cancelled order holds no stock', `${id}: ${held}`);
    if (status === 'cancelled' && paid === 'PAYMENT_COMPLETED' && !isForAPerson(pathOf('saga-orchestrator'), id))
      wrong('a cancelled order is given its money back', `${id}: ${paid}`);
  }
  return {
    violations,
    open: orders.filter(({ status }) => status !== 'completed' && status !== 'cancelled').map(({ order_id: id }) => id),
  };
}

/** Pieces available and reserved after all events; the lowest level there was, when that is below zero. */
function levels(events: readonly { readonly type: string; readonly quantity: number }[]): [number, number] {
  let [available, reserved] = [0, 0];
  for (const { type, quantity } of events) {
    if (type === 'STOCK_RECEIVED' || type === 'STOCK_RELEASED') available += quantity;
    if (type === 'STOCK_RESERVED') available -= quantity;
    reserved += type === 'STOCK_RESERVED' ? quantity : type === 'STOCK_RECEIVED' ? 0 : -quantity;
    if (available < 0 || reserved < 0) break;
  }
  return [available, reserved];
}

/** The order's last event in each stream of a kind, by order. */
const lastEvents = (path: string, prefix: string): Map<string, string> =>
  new Map(
    rows<{ stream: string; type: string }>(path, `SELECT stream, type FROM events WHERE stream LIKE '${prefix}%' ORDER BY global_seq`).map(
      ({ stream, type }) => [stream.slice(prefix.length), type],
    ),
  );

/** The orchestrator has said that it could not undo, and asked a person. */
const isForAPerson = (path: string, orderId: string): boolean =>
  rows<{ state: string }>(path, 'SELECT state FROM sagas WHERE order_id = ?', orderId).some(({ state }) => state === 'partly-compensated');

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

/** A service that has never run has written nothing. */
function rows<T>(path: string, sql: string, ...values: readonly string[]): T[] {
  if (!existsSync(path)) return [];
  const database: Database = openDatabase(path);
  try {
    return database.all<T>(sql, ...values);
  } catch (error) {
    if (/no such table/.test(String(error))) return [];
    throw error;
  } finally {
    database.close();
  }
}
