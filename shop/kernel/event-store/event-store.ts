import type { Database, Transaction } from '../db/database';
import type { DomainEvent } from '../domain-events/aggregate';
import { EVENTS_TABLES } from './tables';

/** Who caused an event, and why. */
export interface EventMetadata {
  readonly by: string;
  readonly reason?: string;
  readonly correlationId: string;
  readonly causationId: string | null;
  readonly traceparent?: string;
}

export interface RecordedEvent extends DomainEvent {
  readonly data: Readonly<Record<string, unknown>>;
  readonly stream: string;
  /** From 1, without gaps, within the stream. */
  readonly version: number;
  /** Order over all streams of this store; may have gaps. */
  readonly globalSeq: number;
  /** SemVer of the data's shape. */
  readonly schemaVersion: string;
  readonly metadata: EventMetadata;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface NewEvent extends DomainEvent {
  readonly schemaVersion?: string;
  readonly metadata: EventMetadata;
  readonly at: number;
}

export interface Snapshot {
  readonly version: number;
  readonly state: unknown;
}

/** Somebody else appended to the stream since it was read. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

interface EventRow {
  stream: string;
  version: number;
  global_seq: number;
  type: string;
  schema_version: string;
  data: string;
  metadata: string;
  at: number;
}

/** What happened, for ever: rows can be added and read, and a trigger forbids the rest. */
export class EventStore {
  constructor(private readonly database: Database) {
    database.script(EVENTS_TABLES);
  }

  /** @throws ConflictError when the stream is not at `expected` */
  append(tx: Transaction, stream: string, expected: number, events: readonly NewEvent[]): RecordedEvent[] {
    if (this.versionOf(stream) !== expected) throw new ConflictError(`${stream} is not at version ${expected} any more`);
    return events.map((event, n) => {
      const version = expected + n + 1;
      const schemaVersion = event.schemaVersion ?? '1.0.0';
      const row = tx.get<{ global_seq: number }>(
        `INSERT INTO events (stream, version, type, schema_version, data, metadata, at) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING global_seq`,
        stream,
        version,
        event.type,
        schemaVersion,
        JSON.stringify(event.data),
        JSON.stringify(event.metadata),
        event.at,
      );
      return { ...event, data: event.data as RecordedEvent['data'], stream, version, schemaVersion, globalSeq: Number(row?.global_seq) };
    });
  }

  /** Oldest first, after a version, until a moment (milliseconds, inclusive). */
  read(stream: string, { after = 0, until = Number.MAX_SAFE_INTEGER }: { after?: number; until?: number } = {}): RecordedEvent[] {
    return this.database
      .all<EventRow>('SELECT * FROM events WHERE stream = ? AND version > ? AND at <= ? ORDER BY version', stream, after, until)
      .map(toEvent);
  }

  versionOf(stream: string): number {
    return Number(
      this.database.get<{ version: number | null }>('SELECT MAX(version) AS version FROM events WHERE stream = ?', stream)?.version ?? 0,
    );
  }

  /** The newest snapshot of this shape. */
  snapshot(stream: string, shape: number): Snapshot | null {
    const row = this.database.get<{ version: number; state: string }>(
      'SELECT version, state FROM snapshots WHERE stream = ? AND shape = ?',
      stream,
      shape,
    );
    return row === undefined ? null : { version: row.version, state: JSON.parse(row.state) as unknown };
  }

  /** Keeps the newest only: a snapshot is a shortcut, never the truth. */
  saveSnapshot(tx: Transaction, stream: string, shape: number, { version, state }: Snapshot): void {
    tx.run(
      `INSERT INTO snapshots (stream, version, shape, state) VALUES (?, ?, ?, ?)
       ON CONFLICT (stream) DO UPDATE SET version = excluded.version, shape = excluded.shape, state = excluded.state`,
      stream,
      version,
      shape,
      JSON.stringify(state),
    );
  }
}

const toEvent = (row: EventRow): RecordedEvent => ({
  stream: row.stream,
  version: row.version,
  globalSeq: row.global_seq,
  type: row.type,
  schemaVersion: row.schema_version,
  data: JSON.parse(row.data) as RecordedEvent['data'],
  metadata: JSON.parse(row.metadata) as EventMetadata,
  at: row.at,
});
