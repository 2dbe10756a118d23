import type { Database } from './db/database';
import type { DeadLetter, DeadLetterStore } from './service-host';

const TABLE = `
CREATE TABLE IF NOT EXISTS dead_letters (
  seq      INTEGER PRIMARY KEY AUTOINCREMENT,
  consumer TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type     TEXT NOT NULL,
  cause    TEXT NOT NULL,
  detail   TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  at       INTEGER NOT NULL   -- milliseconds since 1970
);`;

/** A row for each message that was given up, with its cause; the message itself is on the broker. */
export function openDeadLetters(database: Database): DeadLetterStore & { all(): DeadLetter[] } {
  database.script(TABLE);
  return {
    add({ consumer, eventId, type, cause, detail, attempts, at }) {
      database.run(
        'INSERT INTO dead_letters (consumer, event_id, type, cause, detail, attempts, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        consumer,
        eventId,
        type,
        cause,
        detail,
        attempts,
        at,
      );
    },
    all: () =>
      database.all<DeadLetter>('SELECT consumer, event_id AS eventId, type, cause, detail, attempts, at FROM dead_letters ORDER BY seq'),
  };
}
