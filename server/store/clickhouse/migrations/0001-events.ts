import type { Migration } from './migration';

/**
 * `events`: partitions, TTL and the sort's first key go by `observedAt`, our own clock; `publishedAt` is whatever a producer said, so it is a
 * plain number [S7]. One batch = one part = one partition. Null partitions, offsets and attempts are -1, null strings ''.
 * A lookup reads one granule of each of 27 columns: small granules and one file for young parts are meant to make that cheaper, at the price
 * of slower scans of one column (docs/performance.md says what is known of it). The single bloom filter answers every id a person pastes.
 * When it is built and how parts are merged: `applyMergeSettings` (migrations.ts), for tables that are there already too.
 */
export const events: Migration = {
  number: 1,
  name: 'events',
  statements: ({ engine, retentionDays }) => [
    `CREATE TABLE IF NOT EXISTS events (
    id String CODEC(ZSTD(1)),
    observedAt DateTime64(6, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    broker LowCardinality(String),
    system LowCardinality(String),
    tap LowCardinality(String),
    epoch UInt32 CODEC(ZSTD(1)),
    batch UInt64 CODEC(Delta, ZSTD(1)),
    idx UInt32 CODEC(Delta, ZSTD(1)),
    channel LowCardinality(String),
    partition Int32 CODEC(ZSTD(1)),
    offset Int64 CODEC(Delta, ZSTD(1)),
    routingKey LowCardinality(Nullable(String)),
    key Nullable(String) CODEC(ZSTD(1)),
    type LowCardinality(String),
    source LowCardinality(String),
    traceId String CODEC(ZSTD(1)),
    spanId String CODEC(ZSTD(1)),
    parentSpanId String CODEC(ZSTD(1)),
    messageId String CODEC(ZSTD(1)),
    correlationId String CODEC(ZSTD(1)),
    causationId String CODEC(ZSTD(1)),
    conversationId String CODEC(ZSTD(1)),
    sagaId String CODEC(ZSTD(1)),
    replayId String CODEC(ZSTD(1)),
    replayOf String CODEC(ZSTD(1)),
    businessKeys Array(Tuple(name LowCardinality(String), value String)) CODEC(ZSTD(1)),
    attempt Int32 CODEC(ZSTD(1)),
    publishedAt Nullable(Int64) CODEC(Delta, ZSTD(1)),
    publishedAtBy LowCardinality(String),
    inboxes Array(Tuple(inbox LowCardinality(String), evidence LowCardinality(String))) CODEC(ZSTD(1)),
    deadLetter UInt8 CODEC(ZSTD(1)),
    failureCause LowCardinality(String),
    failureInbox LowCardinality(String),
    failureGroup LowCardinality(String),
    headers Array(Tuple(name LowCardinality(String), wire LowCardinality(String), value Nullable(String))) CODEC(ZSTD(1)),
    body Nullable(String) CODEC(ZSTD(1)),
    bodySize UInt32 CODEC(ZSTD(1)),
    detail LowCardinality(String),
    failure String CODEC(ZSTD(1)),
    ids Array(String) ALIAS arrayConcat([id, traceId, spanId, messageId, correlationId, causationId, conversationId, sagaId, replayId, ifNull(key, '')], businessKeys.value),
    INDEX ids_bloom arrayConcat([id, traceId, spanId, messageId, correlationId, causationId, conversationId, sagaId, replayId, ifNull(key, '')], businessKeys.value) TYPE bloom_filter(0.005) GRANULARITY 1
  ) ENGINE = ${engine('MergeTree')}
  PARTITION BY toDate(observedAt)
  ORDER BY (toStartOfFiveMinutes(observedAt), broker, channel, observedAt)
  TTL toDateTime(observedAt) + toIntervalDay(${retentionDays})
  SETTINGS index_granularity = 2048, materialize_skip_indexes_on_insert = 0, ttl_only_drop_parts = 1,
    min_bytes_for_wide_part = 1000000000, vertical_merge_algorithm_min_rows_to_activate = 30000, vertical_merge_algorithm_min_columns_to_activate = 5`,
  ],
};
