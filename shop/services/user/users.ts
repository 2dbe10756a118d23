import { toExchange } from '../../kernel/channels';
import type { Database, Transaction } from '../../kernel/db/database';
import { toEvent, type Fact } from '../../kernel/facts';
import type { Outbox } from '../../kernel/outbox/outbox';

export interface User {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

export interface Address {
  readonly street: string;
  readonly city: string;
  readonly country: string;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS users (user_id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS addresses (
  user_id TEXT PRIMARY KEY REFERENCES users (user_id),
  street TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL,
  version INTEGER NOT NULL           -- how often it was changed
);`;

/** The service's own state; every change and what it tells others are one transaction. */
export class Users {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly source: string,
    private readonly clock: () => number,
  ) {
    database.script(TABLES);
  }

  /** All or none. Who is known already stays as he is. @throws OutboxFull */
  add(users: readonly User[]): { readonly added: number } {
    return this.database.transaction((tx) => ({ added: users.filter((user) => this.addOne(tx, user)).length }));
  }

  /** `null`: nobody has this id. @throws OutboxFull */
  move(userId: string, address: Address): { readonly version: number } | null {
    return this.database.transaction((tx) => {
      if (this.find(userId) === undefined) return null;
      const { street, city, country } = address;
      tx.run(
        `INSERT INTO addresses (user_id, street, city, country, version) VALUES (?, ?, ?, ?, 1)
         ON CONFLICT (user_id) DO UPDATE SET street = excluded.street, city = excluded.city, country = excluded.country, version = version + 1`,
        userId,
        street,
        city,
        country,
      );
      const version = tx.get<{ version: number }>(`SELECT version FROM addresses WHERE user_id = ?`, userId)?.version ?? 1;
      this.tell(tx, {
        ...ABOUT_USERS,
        type: 'user.address.changed',
        origin: `address|${userId}`,
        originVersion: version,
        key: userId,
        data: { userId, address },
      });
      return { version };
    });
  }

  find(userId: string): (User & { readonly address?: Address }) | undefined {
    return this.findAll([userId])[0];
  }

  findAll(userIds: readonly string[]): readonly (User & { readonly address?: Address })[] {
    const places = userIds.map(() => '?').join(', ');
    return this.database
      .all<Row>(
        `SELECT users.user_id, name, email, street, city, country FROM users LEFT JOIN addresses USING (user_id) WHERE users.user_id IN (${places})`,
        ...userIds,
      )
      .map(({ user_id: userId, name, email, street, city, country }) => ({
        userId,
        name,
        email,
        ...(street === null || city === null || country === null ? {} : { address: { street, city, country } }),
      }));
  }

  private addOne(tx: Transaction, { userId, name, email }: User): boolean {
    const { changes } = tx.run(
      `INSERT INTO users (user_id, name, email) VALUES (?, ?, ?) ON CONFLICT (user_id) DO NOTHING`,
      userId,
      name,
      email,
    );
    if (changes === 0) return false;
    this.tell(tx, {
      ...ABOUT_USERS,
      type: 'user.created',
      origin: `user|${userId}`,
      originVersion: 1,
      key: userId,
      data: { userId, email, name },
    });
    return true;
  }

  private tell(tx: Transaction, fact: Fact): void {
    this.outbox.add(tx, toEvent(this.source, this.clock(), fact));
  }
}

const ABOUT_USERS = { channels: [toExchange('ecommerce.events')] } as const;

interface Row {
  readonly user_id: string;
  readonly name: string;
  readonly email: string;
  readonly street: string | null;
  readonly city: string | null;
  readonly country: string | null;
}
