import type { Database, Transaction } from '../../kernel/db/database';
import type { DomainEventDispatcher } from '../../kernel/domain-events/dispatcher';
import type { RecordedEvent } from '../../kernel/event-store/event-store';
import type { OrderState } from './domain/order';

const TABLE = `
CREATE TABLE IF NOT EXISTS order_status (
  order_id   TEXT PRIMARY KEY,
  status     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  changed_at INTEGER NOT NULL   -- milliseconds since 1970
);`;

export interface OrderStatusRow {
  readonly orderId: string;
  readonly status: string;
  readonly version: number;
  readonly changedAt: number;
}

/** The read model that is never behind: same database, same transaction as the events. */
export class OrderStatusView {
  constructor(
    private readonly database: Database,
    private readonly dispatcher: DomainEventDispatcher,
  ) {
    database.script(TABLE);
  }

  static project(tx: Transaction, event: RecordedEvent, { status }: OrderState): void {
    tx.run(
      `INSERT INTO order_status (order_id, status, version, changed_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (order_id) DO UPDATE SET status = excluded.status, version = excluded.version, changed_at = excluded.changed_at`,
      event.stream.slice('order-'.length),
      status,
      event.version,
      event.at,
    );
  }

  get(orderId: string): OrderStatusRow | null {
    return (
      this.database.get<OrderStatusRow>(
        'SELECT order_id AS orderId, status, version, changed_at AS changedAt FROM order_status WHERE order_id = ?',
        orderId,
      ) ?? null
    );
  }

  /** As soon as the order has this version; after `patienceMs` as it is then. */
  async atLeast(orderId: string, version: number, patienceMs: number): Promise<OrderStatusRow | null> {
    const now = this.get(orderId);
    if ((now?.version ?? 0) >= version) return now;
    await new Promise<void>((resolve) => {
      const off = this.dispatcher.on('*', (event) => {
        if (event.stream === `order-${orderId}` && event.version >= version) end();
      });
      const timer = setTimeout(end, patienceMs);
      function end(): void {
        clearTimeout(timer);
        off();
        resolve();
      }
    });
    return this.get(orderId);
  }
}
