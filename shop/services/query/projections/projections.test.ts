import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../../kernel/db/database';
import type { LogEvent } from '../contracts';
import { ORDER_DETAILS } from './order-details';
import { ORDERS_BY_CUSTOMER } from './orders-by-customer';
import type { Projection } from './projection';
import { SALES_BY_HOUR } from './sales-by-hour';

const HOUR = 3_600_000;

/** The life of an order: completed, or cancelled after it was placed. */
function lifeOf(orderId: string, totalCents: number, isCompleted: boolean): LogEvent[] {
  const ofOrder = (orderVersion: number) => ({ orderId, orderVersion });
  const created = { ...ofOrder(1), userId: 'u-1', channel: 'web', fulfilment: 'choreography', totalCents, items: [] };
  const begun: LogEvent[] = [
    { type: 'ORDER_CREATED', at: HOUR, data: created },
    { type: 'ORDER_PLACED', at: HOUR, data: ofOrder(2) },
  ];
  if (!isCompleted) return [...begun, { type: 'ORDER_CANCELLED', at: HOUR, data: { ...ofOrder(3), reason: 'CHANGED_MIND' } }];
  return [
    ...begun,
    { type: 'PAYMENT_CONFIRMED', at: HOUR, data: ofOrder(3) },
    { type: 'ORDER_SHIPPED', at: HOUR, data: ofOrder(4) },
    { type: 'ORDER_COMPLETED', at: HOUR, data: ofOrder(5) },
  ];
}

function rowsOf(projection: Projection, suffix: string, events: readonly LogEvent[]): unknown {
  const database = openDatabase(':memory:');
  database.script(projection.create(suffix));
  for (const event of events) database.transaction((tx) => projection.apply(tx, suffix, event));
  return projection.tables.map((table) => database.all(`SELECT * FROM ${table}${suffix} ORDER BY 1, 2`));
}

describe.each([ORDER_DETAILS, ORDERS_BY_CUSTOMER, SALES_BY_HOUR])('projection $name', (projection) => {
  it('[SH7] an event that comes again, also late, changes nothing; under another suffix the rows are the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ total: fc.integer({ min: 1, max: 9_999 }), isCompleted: fc.boolean() }), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        (orders, picks) => {
          const events = orders.flatMap(({ total, isCompleted }, n) => lifeOf(`o-${n}`, total, isCompleted));
          // After each event an earlier one comes again.
          const stuttering = events.flatMap((event, n) => [event, events[(picks.next().value as number) % (n + 1)] as LogEvent]);
          const once = rowsOf(projection, '', events);
          expect(rowsOf(projection, '', stuttering)).toEqual(once);
          expect(rowsOf(projection, '_next', events)).toEqual(once);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('projections', () => {
  it('[SH7] tell what happened', () => {
    const events = [...lifeOf('o-1', 500, true), ...lifeOf('o-2', 700, false), ...lifeOf('o-3', 100, true)];
    expect(rowsOf(SALES_BY_HOUR, '', events)).toMatchObject([[{ hour: HOUR, orders: 2, total_cents: 600 }], [{}, {}, {}]]);
    expect(rowsOf(ORDER_DETAILS, '', events)).toMatchObject([
      [
        { order_id: 'o-1', status: 'completed', version: 5, reason: null },
        { order_id: 'o-2', status: 'cancelled', version: 3, reason: 'CHANGED_MIND' },
        { order_id: 'o-3', status: 'completed' },
      ],
    ]);
    expect(rowsOf(ORDERS_BY_CUSTOMER, '', events)).toMatchObject([[{ user_id: 'u-1', status: 'completed' }, { status: 'cancelled' }, {}]]);
  });
});
