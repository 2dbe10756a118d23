export interface MigrationContext {
  /** Names a table engine with its parameters; the one place where a cluster's engines would be chosen. */
  readonly engine: (kind: string, parameters?: string) => string;
  readonly retentionDays: number;
}

/** A numbered step of the schema. Its statements can be run again: a start may have been interrupted between two of them. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: (context: MigrationContext) => readonly string[];
}
