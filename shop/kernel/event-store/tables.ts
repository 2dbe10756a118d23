/** `global_seq` is the row's number; the triggers make an event a fact. */
export const EVENTS_TABLES = `
CREATE TABLE IF NOT EXISTS events (
  global_seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  stream         TEXT NOT NULL,
  version        INTEGER NOT NULL,
  type           TEXT NOT NULL,
  schema_version TEXT NOT NULL,
  data           TEXT NOT NULL,      -- JSON
  metadata       TEXT NOT NULL,      -- JSON: who, why, cause, trace
  at             INTEGER NOT NULL,   -- milliseconds since 1970
  UNIQUE (stream, version)
);
CREATE TRIGGER IF NOT EXISTS events_never_change BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are immutable'); END;
CREATE TRIGGER IF NOT EXISTS events_never_vanish BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are immutable'); END;
CREATE TABLE IF NOT EXISTS snapshots (
  stream  TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  shape   INTEGER NOT NULL,          -- of the state; another shape is not used
  state   TEXT NOT NULL              -- JSON
);`;
