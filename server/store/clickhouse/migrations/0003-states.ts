import type { Migration } from './migration';

/** Samples, sagas, replays, audit and the brokers' pictures. Times are µs since 1970. */
export const states: Migration = {
  number: 3,
  name: 'states',
  statements: ({ engine }) => [
    // `tier` 0: as sampled, `at` is the second; 1 and 2: the last sample of a minute, of ten minutes. `keep` is seconds.
    `CREATE TABLE IF NOT EXISTS group_samples (
      tier UInt8,
      broker LowCardinality(String),
      inbox LowCardinality(String),
      bucket UInt32 CODEC(Delta, ZSTD(1)),
      at Int64 CODEC(Delta, ZSTD(1)),
      groupName LowCardinality(String),
      topic LowCardinality(String),
      protocol LowCardinality(String),
      state LowCardinality(String),
      members Nullable(Int32),
      lag Nullable(Int64) CODEC(ZSTD(1)),
      stableLag Nullable(Int64) CODEC(ZSTD(1)),
      committed Nullable(Int64) CODEC(ZSTD(1)),
      endOffset Nullable(Int64) CODEC(ZSTD(1)),
      lost Int64 CODEC(ZSTD(1)),
      partitions String CODEC(ZSTD(1)),
      keep UInt32
    ) ENGINE = ${engine('ReplacingMergeTree', 'at')}
    PARTITION BY (tier, toDate(toDateTime(bucket, 'UTC')))
    ORDER BY (broker, inbox, bucket)
    TTL toDateTime(bucket) + toIntervalSecond(keep)`,
    `CREATE TABLE IF NOT EXISTS queue_samples (
      tier UInt8,
      broker LowCardinality(String),
      inbox LowCardinality(String),
      bucket UInt32 CODEC(Delta, ZSTD(1)),
      at Int64 CODEC(Delta, ZSTD(1)),
      ready Nullable(Int64) CODEC(ZSTD(1)),
      unacked Nullable(Int64) CODEC(ZSTD(1)),
      consumers Nullable(Int32) CODEC(ZSTD(1)),
      publishRate Nullable(Float64) CODEC(ZSTD(1)),
      deliverRate Nullable(Float64) CODEC(ZSTD(1)),
      ackRate Nullable(Float64) CODEC(ZSTD(1)),
      redeliverRate Nullable(Float64) CODEC(ZSTD(1)),
      measuredBy LowCardinality(String),
      keep UInt32
    ) ENGINE = ${engine('ReplacingMergeTree', 'at')}
    PARTITION BY (tier, toDate(toDateTime(bucket, 'UTC')))
    ORDER BY (broker, inbox, bucket)
    TTL toDateTime(bucket) + toIntervalSecond(keep)`,
    `CREATE TABLE IF NOT EXISTS sagas (
      definition LowCardinality(String),
      key String,
      state LowCardinality(String),
      startedAt Int64,
      changedAt Int64,
      endedAt Nullable(Int64),
      instance String CODEC(ZSTD(3)),
      version Int64
    ) ENGINE = ${engine('ReplacingMergeTree', 'version')}
    ORDER BY (definition, key)
    TTL toDateTime(intDiv(changedAt, 1000000)) + toIntervalDay(90)`,
    `CREATE TABLE IF NOT EXISTS pictures (broker String, at Int64, picture String CODEC(ZSTD(3)))
    ENGINE = ${engine('ReplacingMergeTree', 'at')} ORDER BY broker`,
    // A replay leaves a row before it sends and one after; both stay.
    `CREATE TABLE IF NOT EXISTS replay_intents (
      replayId String, letter String, broker LowCardinality(String), person String, reason String, target String, at Int64
    ) ENGINE = ${engine('ReplacingMergeTree', 'at')} ORDER BY (letter, replayId)`,
    `CREATE TABLE IF NOT EXISTS replay_outcomes (replayId String, letter String, outcome LowCardinality(String), detail String, at Int64)
    ENGINE = ${engine('ReplacingMergeTree', 'at')} ORDER BY (letter, replayId)`,
    `CREATE TABLE IF NOT EXISTS audit (at Int64, person String, action LowCardinality(String), subject String, detail String)
    ENGINE = ${engine('MergeTree')} ORDER BY at`,
  ],
};
