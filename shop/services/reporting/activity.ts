import type { Database } from '../../kernel/db/database';

export interface Activity {
  readonly type: string;
  readonly userId: string;
  /** What was clicked. */
  readonly productId?: string;
  readonly at: number;
}

const TABLES = `
CREATE TABLE IF NOT EXISTS activity_by_minute (minute INTEGER NOT NULL, type TEXT NOT NULL, events INTEGER NOT NULL, PRIMARY KEY (minute, type));
CREATE TABLE IF NOT EXISTS clicks (user_id TEXT NOT NULL, product_id TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (user_id, product_id));`;

const MINUTE_MS = 60_000;

/** What users do, counted; and from it, what one of them may like. */
export class ActivityReport {
  constructor(private readonly database: Database) {
    database.script(TABLES);
  }

  /** One transaction for many events. */
  add(batch: readonly Activity[]): void {
    const minutes = new Map<string, number>();
    const clicks = new Map<string, number>();
    for (const { type, userId, productId, at } of batch) {
      count(minutes, JSON.stringify([Math.floor(at / MINUTE_MS) * MINUTE_MS, type]));
      if (productId !== undefined) count(clicks, JSON.stringify([userId, productId]));
    }
    this.database.transaction((tx) => {
      for (const [key, events] of minutes) {
        const [minute, type] = JSON.parse(key) as [number, string];
        tx.run(
          `INSERT INTO activity_by_minute VALUES (?, ?, ?) ON CONFLICT (minute, type) DO UPDATE SET events = events + excluded.events`,
          minute,
          type,
          events,
        );
      }
      for (const [key, times] of clicks) {
        const [userId, productId] = JSON.parse(key) as [string, string];
        tx.run(`INSERT INTO clicks VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET times = times + excluded.times`, userId, productId, times);
      }
    });
  }

  byType(): readonly { readonly type: string; readonly events: number }[] {
    return this.database.all(`SELECT type, sum(events) AS events FROM activity_by_minute GROUP BY type ORDER BY type`);
  }

  /** What others who clicked the same clicked as well, most often first; for who has clicked nothing, what everybody clicks. */
  recommendations(userId: string): readonly string[] {
    const alike = this.products(
      `SELECT theirs.product_id FROM clicks AS mine
       JOIN clicks AS same ON same.product_id = mine.product_id AND same.user_id <> mine.user_id
       JOIN clicks AS theirs ON theirs.user_id = same.user_id
       WHERE mine.user_id = ?1 AND theirs.product_id NOT IN (SELECT product_id FROM clicks WHERE user_id = ?1)
       GROUP BY theirs.product_id ORDER BY sum(theirs.times) DESC, theirs.product_id LIMIT 5`,
      userId,
    );
    return alike.length > 0
      ? alike
      : this.products(`SELECT product_id FROM clicks GROUP BY product_id ORDER BY sum(times) DESC, product_id LIMIT 5`);
  }

  private products(sql: string, ...values: readonly string[]): string[] {
    return this.database.all<{ product_id: string }>(sql, ...values).map(({ product_id }) => product_id);
  }
}

const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);
