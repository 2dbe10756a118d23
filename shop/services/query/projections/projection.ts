import type { Transaction } from '../../../kernel/db/database';
import type { LogEvent, LogEventType } from '../contracts';

/**
 * A read model: tables that are made of the order log alone, so that they can be thrown away and made again. Everything is done under a suffix:
 * the tables in use have none, those of a rebuild `_next`. Applying an event twice is applying it once: each order's row remembers its version.
 */
export interface Projection {
  /** `orders`: its consumer group is `proj-orders`. */
  readonly name: string;
  readonly tables: readonly string[];
  create(suffix: string): string;
  apply(tx: Transaction, suffix: string, event: LogEvent): void;
}

export const STATUS: Readonly<Record<LogEventType, string>> = {
  ORDER_CREATED: 'created',
  ORDER_PLACED: 'placed',
  PAYMENT_CONFIRMED: 'paid',
  ORDER_SHIPPED: 'shipped',
  ORDER_COMPLETED: 'completed',
  ORDER_CANCELLED: 'cancelled',
};
