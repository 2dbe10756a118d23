import type { Migration } from './migration';

/**
 * What is computed per batch, into tables that replace: done twice, it is the same [S2, S4]. No materialised view: one would count a batch
 * that is sent again, and miss one at a crash. Times are µs since 1970, buckets seconds.
 */
export const rollups: Migration = {
  number: 2,
  name: 'rollups',
  statements: ({ engine, retentionDays }) => [
    // One row for each trace of a batch, and one with an empty trace id: the account of the whole batch, with its counts per route and second
    // (`edges`) and where the tap stood after it (`offsets`). One insert, so all of it is there or none.
    `CREATE TABLE IF NOT EXISTS batch_summaries (
      traceId String CODEC(ZSTD(1)),
      tap LowCardinality(String),
      batch UInt64 CODEC(Delta, ZSTD(1)),
      epoch UInt32 CODEC(ZSTD(1)),
      storedAt Int64 CODEC(Delta, ZSTD(1)),
      first Int64 CODEC(Delta, ZSTD(1)),
      last Int64 CODEC(Delta, ZSTD(1)),
      events UInt32 CODEC(ZSTD(1)),
      errors UInt32 CODEC(ZSTD(1)),
      title LowCardinality(String),
      services Array(LowCardinality(String)) CODEC(ZSTD(1)),
      systems Array(Tuple(broker LowCardinality(String), system LowCardinality(String))) CODEC(ZSTD(1)),
      businessKeys Array(Tuple(name LowCardinality(String), value String)) CODEC(ZSTD(1)),
      edges Array(Tuple(kind LowCardinality(String), bucket UInt32, source LowCardinality(String), channel LowCardinality(String), inbox LowCardinality(String), count UInt32, failed UInt32, last Int64)) CODEC(ZSTD(1)),
      offsets Array(Tuple(channel LowCardinality(String), partition Int32, next Int64)) CODEC(ZSTD(1)),
      INDEX first_range first TYPE minmax GRANULARITY 1,
      INDEX last_range last TYPE minmax GRANULARITY 1
    ) ENGINE = ${engine('ReplacingMergeTree', 'storedAt')}
    PARTITION BY toDate(toDateTime(intDiv(first, 1000000), 'UTC'))
    ORDER BY (traceId, tap, batch)
    TTL toDateTime(intDiv(first, 1000000)) + toIntervalDay(${retentionDays})
    SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1`,
    // A tap that was quiet for longer than the retention still knows where it stood.
    `CREATE TABLE IF NOT EXISTS positions (
      tap String,
      batch UInt64,
      size UInt32,
      offsets Array(Tuple(channel String, partition Int32, next Int64)),
      at Int64
    ) ENGINE = ${engine('ReplacingMergeTree', 'batch')} ORDER BY tap`,
    `CREATE TABLE IF NOT EXISTS dead_letters (
      id String CODEC(ZSTD(1)),
      at Int64 CODEC(Delta, ZSTD(1)),
      tap LowCardinality(String),
      batch UInt64 CODEC(ZSTD(1)),
      groupId LowCardinality(String),
      cause LowCardinality(String),
      message String CODEC(ZSTD(1)),
      broker LowCardinality(String),
      system LowCardinality(String),
      inbox LowCardinality(String),
      channel LowCardinality(String),
      consumer LowCardinality(String)
    ) ENGINE = ${engine('ReplacingMergeTree')}
    PARTITION BY toDate(toDateTime(intDiv(at, 1000000), 'UTC'))
    ORDER BY (at, id)
    TTL toDateTime(intDiv(at, 1000000)) + toIntervalDay(${retentionDays})
    SETTINGS index_granularity = 1024, ttl_only_drop_parts = 1`,
    // Counts per route in steps of 10 s, 1 min and 10 min, each step out of the finer one. Absolute values that replace, never add.
    `CREATE TABLE IF NOT EXISTS edge_tiers (
      step UInt16,
      bucket UInt32 CODEC(Delta, ZSTD(1)),
      tap LowCardinality(String),
      broker LowCardinality(String),
      kind LowCardinality(String),
      source LowCardinality(String),
      channel LowCardinality(String),
      inbox LowCardinality(String),
      count UInt64 CODEC(ZSTD(1)),
      failed UInt64 CODEC(ZSTD(1)),
      last Int64 CODEC(ZSTD(1)),
      version Int64 CODEC(ZSTD(1)),
      keepDays UInt16
    ) ENGINE = ${engine('ReplacingMergeTree', 'version')}
    PARTITION BY (step, toMonday(toDateTime(bucket, 'UTC')))
    ORDER BY (step, bucket, tap, broker, kind, source, channel, inbox)
    TTL toDateTime(bucket) + toIntervalDay(keepDays)`,
    // Up to which second (exclusive) the steps of a tap are complete; what is newer is read from the accounts of the batches.
    `CREATE TABLE IF NOT EXISTS edge_marks (tap String, step UInt16, upTo UInt32, version Int64)
    ENGINE = ${engine('ReplacingMergeTree', 'version')} ORDER BY (tap, step)`,
    `CREATE TABLE IF NOT EXISTS gaps (
      tap LowCardinality(String),
      batch UInt64,
      idx UInt32,
      channel Nullable(String),
      partition Nullable(Int32),
      fromOffset Nullable(Int64),
      toOffset Nullable(Int64),
      count Nullable(Int64),
      reason LowCardinality(String),
      detail String,
      at Int64
    ) ENGINE = ${engine('ReplacingMergeTree')}
    ORDER BY (tap, batch, idx)
    TTL toDateTime(intDiv(at, 1000000)) + toIntervalDay(${retentionDays})`,
    `CREATE TABLE IF NOT EXISTS leases (tap String, epoch UInt32, owner String, token String, at Int64)
    ENGINE = ${engine('MergeTree')} ORDER BY (tap, epoch)`,
  ],
};
