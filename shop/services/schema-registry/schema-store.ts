import type { Database } from '../../kernel/db/database';
import type { SchemaLanguage } from '../../schemas/catalogue';

export interface Reference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

export interface StoredSchema {
  readonly id: number;
  readonly subject: string;
  readonly version: number;
  readonly language: SchemaLanguage;
  readonly text: string;
  readonly references: readonly Reference[];
}

const TABLES = `
CREATE TABLE IF NOT EXISTS schemas (
  subject    TEXT NOT NULL,
  version    INTEGER NOT NULL,
  id         INTEGER NOT NULL,      -- the same text has the same id under every subject
  language   TEXT NOT NULL,
  text       TEXT NOT NULL,
  refs       TEXT NOT NULL,         -- JSON
  deleted    INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (subject, version)
);
CREATE INDEX IF NOT EXISTS schemas_by_id ON schemas (id);
CREATE TABLE IF NOT EXISTS compatibility (subject TEXT PRIMARY KEY, level TEXT NOT NULL);`;

interface Row {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly language: SchemaLanguage;
  readonly text: string;
  readonly refs: string;
}

/** What the registry keeps. Deleting hides a version; its id can be read for ever, because messages written with it may be. */
export class SchemaStore {
  constructor(private readonly database: Database) {
    database.script(TABLES);
  }

  subjects(deleted = false): readonly string[] {
    return this.database
      .all<{ subject: string }>(`SELECT DISTINCT subject FROM schemas WHERE deleted <= ? ORDER BY subject`, deleted ? 1 : 0)
      .map(({ subject }) => subject);
  }

  /** Oldest first; `deleted`: also those that are hidden. */
  versions(subject: string, deleted = false): readonly StoredSchema[] {
    return this.database
      .all<Row>(`SELECT * FROM schemas WHERE subject = ? AND deleted <= ? ORDER BY version`, subject, deleted ? 1 : 0)
      .map(toSchema);
  }

  byId(id: number): StoredSchema | undefined {
    const row = this.database.get<Row>(`SELECT * FROM schemas WHERE id = ? LIMIT 1`, id);
    return row === undefined ? undefined : toSchema(row);
  }

  subjectsOf(id: number, deleted = false): readonly { readonly subject: string; readonly version: number }[] {
    return this.database.all(`SELECT subject, version FROM schemas WHERE id = ? AND deleted <= ? ORDER BY subject`, id, deleted ? 1 : 0);
  }

  /** A version number is never given twice, not even after a deletion. */
  add(subject: string, language: SchemaLanguage, text: string, references: readonly Reference[]): StoredSchema {
    return this.database.transaction((tx) => {
      const same = tx.get<{ id: number }>(
        `SELECT id FROM schemas WHERE text = ? AND language = ? AND refs = ? LIMIT 1`,
        text,
        language,
        JSON.stringify(references),
      );
      const id = same?.id ?? (tx.get<{ next: number }>(`SELECT coalesce(max(id), 0) + 1 AS next FROM schemas`)?.next as number);
      const version = tx.get<{ next: number }>(`SELECT coalesce(max(version), 0) + 1 AS next FROM schemas WHERE subject = ?`, subject)
        ?.next as number;
      tx.run(
        `INSERT INTO schemas (subject, version, id, language, text, refs) VALUES (?, ?, ?, ?, ?, ?)`,
        subject,
        version,
        id,
        language,
        text,
        JSON.stringify(references),
      );
      return { id, subject, version, language, text, references };
    });
  }

  /** Softly. Answers the versions that are hidden now. */
  delete(subject: string, version?: number): readonly number[] {
    return this.database.transaction((tx) => {
      const gone = this.versions(subject)
        .map((schema) => schema.version)
        .filter((number) => version === undefined || number === version);
      for (const number of gone) tx.run(`UPDATE schemas SET deleted = 1 WHERE subject = ? AND version = ?`, subject, number);
      return gone;
    });
  }

  /** The subject's own level; `undefined` when it follows the registry's (subject `''`). */
  level(subject: string): string | undefined {
    return this.database.get<{ level: string }>(`SELECT level FROM compatibility WHERE subject = ?`, subject)?.level;
  }

  setLevel(subject: string, level: string): void {
    this.database.run(
      `INSERT INTO compatibility (subject, level) VALUES (?, ?) ON CONFLICT (subject) DO UPDATE SET level = excluded.level`,
      subject,
      level,
    );
  }
}

const toSchema = ({ refs, ...row }: Row): StoredSchema => ({
  id: row.id,
  subject: row.subject,
  version: row.version,
  language: row.language,
  text: row.text,
  references: JSON.parse(refs) as Reference[],
});
