import type { StoreClient } from '@/server/store/clickhouse/client';

/** A statement copies so many µs of events, to stay within the engine's memory and the client's patience. */
const STEP = 50_000_000;

/**
 * Puts copies of all events before them, each with ids, trace ids and spans of its own: the columns and their sizes are those of stored
 * events. Headers and bodies stay what they were, and with them the numbers of their values.
 */
export async function copyEvents(client: StoreClient, copies: number): Promise<void> {
  if (copies < 1) return;
  const [span] = await client.rows<{ first: number; last: number }>(
    'SELECT toUnixTimestamp64Micro(min(observedAt)) AS first, toUnixTimestamp64Micro(max(observedAt)) AS last FROM events',
  );
  if (span === undefined) return;
  const columns = await client.rows<{ name: string }>(
    "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'events' AND default_kind = '' ORDER BY position",
  );
  const names = columns.map(({ name }) => name);
  const of = (column: string): string => `lower(hex(sipHash128(${column}, {copy:UInt32})))`;
  const changed: Readonly<Record<string, string>> = {
    observedAt: `observedAt - toIntervalMicrosecond({back:Int64})`,
    id: of('id'),
    messageId: of('messageId'),
    traceId: of('traceId'),
    spanId: `left(${of('spanId')}, 16)`,
    batch: 'batch + {copy:UInt32} * 1000000',
  };
  for (let copy = 1; copy <= copies; copy++) {
    const back = copy * (span.last - span.first + 1_000);
    for (let from = span.first; from <= span.last; from += STEP) {
      await client.run(
        `INSERT INTO events (${names.join(', ')}) SELECT ${names.map((name) => changed[name] ?? name).join(', ')} FROM events AS e
        WHERE e.observedAt >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND e.observedAt < fromUnixTimestamp64Micro({to:Int64}, 'UTC') ${IN_ONE_PIECE}`,
        { copy, back, from, to: Math.min(from + STEP, span.last + 1) },
      );
    }
    await client.run(
      `INSERT INTO batch_summaries (traceId, tap, batch, epoch, storedAt, first, last, events, errors, title, services, systems, businessKeys)
      SELECT ${of('traceId')}, tap, batch + {copy:UInt32} * 1000000, epoch, storedAt, s.first - {back:Int64}, s.last - {back:Int64}, events, errors, title, services, systems, businessKeys
      FROM batch_summaries AS s WHERE traceId != '' AND s.first >= {from:Int64} AND s.first <= {to:Int64} ${IN_ONE_PIECE}`,
      { copy, back, from: span.first, to: span.last },
    );
  }
}

const IN_ONE_PIECE =
  'SETTINGS max_threads = 1, max_insert_threads = 1, max_block_size = 25000, min_insert_block_size_rows = 50000, min_insert_block_size_bytes = 100000000';
