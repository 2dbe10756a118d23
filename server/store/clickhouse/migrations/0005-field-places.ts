import type { Migration } from './migration';

/**
 * The index over values of headers and bodies: for each value (as a number, field-index/field-values.ts) the stretches of time in which it was.
 * Sorted by value, so one question reads one granule a part, in however many events; it holds no text. `first` and `last` are tenths of a second of `day`.
 * `field_places_since`: from when on (µs) all events are in it, -1 for "not kept"; the newest row counts.
 */
export const fieldPlaces: Migration = {
  number: 5,
  name: 'field places',
  statements: ({ engine, retentionDays }) => [
    `CREATE TABLE IF NOT EXISTS field_places (
      hash UInt32 CODEC(Delta, ZSTD(1)),
      day Date,
      first UInt32 CODEC(ZSTD(1)),
      last UInt32 CODEC(ZSTD(1))
    ) ENGINE = ${engine('MergeTree')}
    PARTITION BY day
    ORDER BY (hash, first)
    TTL toDateTime(day + 1) + toIntervalDay(${retentionDays})
    SETTINGS index_granularity = 1024, min_bytes_for_wide_part = 1000000000, ttl_only_drop_parts = 1`,
    `CREATE TABLE IF NOT EXISTS field_places_since (since Int64, noted DateTime64(6, 'UTC')) ENGINE = ${engine('MergeTree')} ORDER BY noted`,
  ],
};
