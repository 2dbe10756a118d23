import type { Database } from './database';

export const LEASES_TABLE = `
CREATE TABLE IF NOT EXISTS leases (
  name   TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  until  INTEGER NOT NULL   -- milliseconds since 1970
);`;

/** One of several instances that share a database does a thing; another takes over when it has not renewed for `forMs`. */
export class Lease {
  private heldUntil = 0;

  constructor(
    private readonly database: Database,
    private readonly name: string,
    private readonly holder: string,
    private readonly forMs: number,
    private readonly clock: () => number,
  ) {
    database.script(LEASES_TABLE);
  }

  /** Takes or renews it; writes only when half of its time is over. False: somebody else has it. */
  hold(): boolean {
    const now = this.clock();
    if (now < this.heldUntil - this.forMs / 2) return true;
    const held = this.database.get<{ holder: string; until: number }>('SELECT holder, until FROM leases WHERE name = ?', this.name);
    if (held !== undefined && held.holder !== this.holder && held.until > now) return false;
    const { changes } = this.database.run(
      `INSERT INTO leases (name, holder, until) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
       WHERE leases.holder = excluded.holder OR leases.until <= ?`,
      this.name,
      this.holder,
      now + this.forMs,
      now,
    );
    this.heldUntil = changes > 0 ? now + this.forMs : 0;
    return changes > 0;
  }

  /** Gives it up, so that the next one need not wait. */
  release(): void {
    this.heldUntil = 0;
    this.database.run('DELETE FROM leases WHERE name = ? AND holder = ?', this.name, this.holder);
  }
}
