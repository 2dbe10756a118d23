import { openDatabase, type Database } from './kernel/db/database';
import { EventStore, type RecordedEvent } from './kernel/event-store/event-store';
import { stateAt } from './kernel/event-store/repository';
import { Order } from './services/order/domain/order';
import { orderMessages } from './services/order/messages';
import { LOG_CONTRACTS, type LogEvent, type LogEventType } from './services/query/contracts';
import { ORDER_DETAILS } from './services/query/projections/order-details';
import { ORDERS_BY_CUSTOMER } from './services/query/projections/orders-by-customer';
import { createTables, dropTables, hashOf, NEXT, swapTables, type Rebuilt } from './services/query/projections/rebuilding';
import { SALES_BY_HOUR } from './services/query/projections/sales-by-hour';

export const PROJECTIONS = [ORDER_DETAILS, ORDERS_BY_CUSTOMER, SALES_BY_HOUR] as const;

/**
 * Makes a projection anew of a shop that is closed: from the order-service's own events, which is what its log on Kafka was made of. New tables, all
 * events, swap, in one transaction.
 */
export function rebuildFromFiles(files: { readonly orders: string; readonly queries: string }, name: string): Rebuilt {
  const projection = PROJECTIONS.find((one) => one.name === name);
  if (projection === undefined) throw new Error(`there is no projection ${name}; ${PROJECTIONS.map((one) => one.name).join(', ')} are`);
  const [orders, queries] = [openDatabase(files.orders), openDatabase(files.queries)];
  try {
    const events = orderLog(orders);
    createTables(queries, projection);
    const before = hashOf(queries, projection);
    queries.transaction((tx) => {
      dropTables(queries, projection, NEXT);
      createTables(queries, projection, NEXT);
      for (const event of events) projection.apply(tx, NEXT, event);
      swapTables(queries, projection);
    });
    return { before, after: hashOf(queries, projection), events: events.length };
  } finally {
    orders.close();
    queries.close();
  }
}

/** Every event of every order as the log tells it, in the order in which they were stored. */
function orderLog(database: Database): LogEvent[] {
  const store = new EventStore(database);
  const prefix = `${Order.type.name}-`;
  return database
    .all<{ stream: string }>('SELECT DISTINCT stream FROM events WHERE stream LIKE ?', `${prefix}%`)
    .flatMap(({ stream }) => {
      const { events, state } = stateAt(store, Order.type, stream.slice(prefix.length), Number.MAX_SAFE_INTEGER);
      return events.map((event) => ({ event, logged: orderMessages(event, state).find(isLogged)?.data }));
    })
    .toSorted((a, b) => a.event.globalSeq - b.event.globalSeq)
    .map(({ event, logged }) => toLogEvent(event, logged));
}

const isLogged = ({ channels }: { readonly channels: readonly { readonly channel: string }[] }): boolean =>
  channels.some(({ channel }) => channel === 'order-log');

const toLogEvent = ({ type, at }: RecordedEvent, data: unknown): LogEvent =>
  ({ type, at, data: LOG_CONTRACTS[type as LogEventType].parse(data) }) as LogEvent;
