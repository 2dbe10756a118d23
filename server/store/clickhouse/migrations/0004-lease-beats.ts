import type { Migration } from './migration';

/** When the holder of a tap was last heard of: who was fenced takes the tap again only when the other one is silent. One row a tap is kept. */
export const leaseBeats: Migration = {
  number: 4,
  name: 'lease beats',
  statements: ({ engine }) => [
    `CREATE TABLE IF NOT EXISTS lease_beats (tap String, epoch UInt32, at Int64) ENGINE = ${engine('ReplacingMergeTree', 'at')} ORDER BY tap`,
  ],
};
