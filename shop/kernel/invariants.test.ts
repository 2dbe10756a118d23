import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase, type Database } from './db/database';
import { scratchDatabase } from './db/scratch-database.fixture';
import { EventStore } from './event-store/event-store';
import { checkInvariants } from './invariants';

function given() {
  const folder = dirname(scratchDatabase()().path);
  const pathOf = (service: string): string => join(folder, `${service}.db`);
  const happened = (service: string, stream: string, ...events: readonly (readonly [string, object])[]): void =>
    inside(service, (database) => {
      const store = new EventStore(database);
      const metadata = { by: 'test', correlationId: 'c', causationId: null };
      store.append(
        database,
        stream,
        store.versionOf(stream),
        events.map(([type, data]) => ({ type, data, metadata, at: 1 })),
      );
    });
  const order = (id: string, status: string): void =>
    inside('order-service', (database) => {
      database.script('CREATE TABLE IF NOT EXISTS order_status (order_id TEXT, status TEXT)');
      database.run('INSERT INTO order_status VALUES (?, ?)', id, status);
    });
  function inside(service: string, work: (database: Database) => void): void {
    const database = openDatabase(pathOf(service));
    work(database);
    database.close();
  }
  const entry = (transferId: string, amount: number) => ['ENTRY_POSTED', { transferId, amount }] as const;
  return {
    order,
    happened,
    entry,
    check: () => checkInvariants(pathOf),
    rules: () => checkInvariants(pathOf).violations.map(({ rule }) => rule),
  };
}

describe('what must be true of a shop at rest', () => {
  it('[SS20] is true of a shop that has done nothing, and of orders that ended well', () => {
    const { order, happened, entry, check } = given();
    expect(check()).toEqual({ violations: [], open: [] });
    order('1', 'completed');
    order('2', 'cancelled');
    order('3', 'paid');
    happened('payment-service', 'payment-1', ['PAYMENT_COMPLETED', {}]);
    happened('payment-service', 'account-shop', entry('tx-1', 5));
    happened('payment-service', 'account-customer', entry('tx-1', -5));
    happened(
      'inventory-service',
      'stock-lamp',
      ['STOCK_RECEIVED', { quantity: 1 }],
      ['STOCK_RESERVED', { quantity: 1 }],
      ['STOCK_COMMITTED', { quantity: 1 }],
    );
    happened('inventory-service', 'reservation-1', ['RESERVATION_MADE', {}], ['RESERVATION_COMMITTED', {}]);
    expect(check()).toEqual({ violations: [], open: ['3'] });
  });

  it('[SS20] finds money that was lost, and stock that never was', () => {
    const { happened, entry, rules } = given();
    happened('payment-service', 'account-shop', entry('tx-1', 5));
    happened('inventory-service', 'stock-lamp', ['STOCK_RESERVED', { quantity: 1 }], ['STOCK_RECEIVED', { quantity: 1 }]);
    expect(rules()).toEqual(['the ledger sums to 0', 'a transfer has two sides that sum to 0', 'stock is never negative']);
  });

  it('[SS20] finds an order whose end is not what became of its money and its pieces', () => {
    const { order, happened, rules } = given();
    order('1', 'completed');
    order('2', 'cancelled');
    happened('payment-service', 'payment-2', ['PAYMENT_COMPLETED', {}]);
    happened('inventory-service', 'reservation-2', ['RESERVATION_MADE', {}]);
    expect(rules()).toEqual([
      'a completed order is paid',
      'a completed order has left the house',
      'a cancelled order holds no stock',
      'a cancelled order is given its money back',
    ]);
  });
});
