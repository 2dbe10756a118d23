import { randomUUID } from 'node:crypto';
import { toExchange } from '../../kernel/channels';
import type { Database } from '../../kernel/db/database';
import { toAmount } from '../../kernel/money';
import type { UnitOfWork } from '../../kernel/unit-of-work/unit-of-work';

const TABLE = `
CREATE TABLE IF NOT EXISTS prices (
  product_id TEXT PRIMARY KEY,
  cents      INTEGER NOT NULL
);`;

/** What pieces cost; a change is told to whoever listens at that moment. */
export class Prices {
  constructor(
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {
    database.script(TABLE);
  }

  get(productId: string): number | null {
    return this.database.get<{ cents: number }>('SELECT cents FROM prices WHERE product_id = ?', productId)?.cents ?? null;
  }

  async change(productId: string, cents: number): Promise<void> {
    const id = randomUUID();
    await this.units.run({ by: 'shop-keeper', correlationId: id, causationId: null, traceparent: null }, (session) => {
      session.also((tx) =>
        tx.run(
          'INSERT INTO prices (product_id, cents) VALUES (?, ?) ON CONFLICT (product_id) DO UPDATE SET cents = excluded.cents',
          productId,
          cents,
        ),
      );
      session.send({
        type: 'price.changed',
        key: productId,
        data: { productId, price: toAmount(cents), currency: 'EUR' },
        channels: [toExchange('shop.broadcast')],
        origin: 'price-change',
        originVersion: id,
      });
    });
  }
}
