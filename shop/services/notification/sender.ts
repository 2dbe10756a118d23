import type { Database, Transaction } from '../../kernel/db/database';
import type { HttpClient } from '../../kernel/http-client/http-client';
import type { Channel } from './bindings';
import type { Notification } from './contracts';

/** The gateway knows the recipient, and will not have the letter. */
export class Undeliverable extends Error {
  override readonly name = 'Undeliverable';
}

const TABLE = `
CREATE TABLE IF NOT EXISTS notifications (
  event_id TEXT PRIMARY KEY,
  channel  TEXT NOT NULL,
  user_id  TEXT NOT NULL,
  order_id TEXT,
  kind     TEXT NOT NULL,
  at       INTEGER NOT NULL       -- when the gateway took it, milliseconds since 1970
);`;

/** Hands letters to the gateway, and remembers which ones it took. */
export class Sender {
  constructor(
    private readonly database: Database,
    private readonly client: HttpClient,
    private readonly clock: () => number,
    /** The gateway asks for it. */
    private readonly key: string,
  ) {
    database.script(TABLE);
  }

  /**
   * The gateway recognises a letter by its key, so that a second attempt after a crash is no second letter. `complete` runs in the transaction
   * that remembers it. @throws Undeliverable, CallRefused, CallTimedOut, TargetFault
   */
  async send(channel: Channel, eventId: string, letter: Notification, complete: (tx: Transaction) => void = () => {}): Promise<void> {
    const headers = { 'idempotency-key': eventId, authorization: `Bearer ${this.key}` };
    const { status } = await this.client.post('notification-gateway', `/gateway/${channel}`, letter, { headers });
    if (status >= 400) throw new Undeliverable(`the ${channel} gateway answered ${status}`);
    this.database.transaction((tx) => {
      tx.run(
        `INSERT INTO notifications (event_id, channel, user_id, order_id, kind, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING`,
        eventId,
        channel,
        letter.userId,
        letter.orderId ?? null,
        letter.kind,
        this.clock(),
      );
      complete(tx);
    });
  }

  /** Letters taken, by channel. */
  sent(): readonly { readonly channel: string; readonly letters: number }[] {
    return this.database.all(`SELECT channel, count(*) AS letters FROM notifications GROUP BY channel ORDER BY channel`);
  }
}
