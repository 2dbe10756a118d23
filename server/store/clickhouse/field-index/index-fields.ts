import type { TapName } from '@/lib/events/names';
import { ByteWriter } from '../byte-writer';
import type { StoreClient } from '../client';
import { ONE_BLOCK } from '../one-block';
import type { FieldEvent } from './field-places';
import { FieldPlacesCollector } from './field-places';

/**
 * Puts the values of a batch into the field index. Written twice it only says the same twice: a look-up gives places, not counts, and the
 * search compares what it finds there.
 */
export interface FieldIndexer {
  /** Before the first batch: notes from when on the index is whole, or that it is no longer kept. */
  begin(): Promise<void>;
  index(events: readonly FieldEvent[]): Promise<void>;
}

const STATEMENT = `INSERT INTO field_places (hash, day, first, last) SELECT hash, {day:UInt16}, first, last
  FROM input('hash UInt32, first UInt32, last UInt32') SETTINGS ${ONE_BLOCK} FORMAT Native`;

export function createFieldIndexer(client: StoreClient, kept: boolean): FieldIndexer {
  let begun: Promise<void> | null = null;
  const collector = new FieldPlacesCollector();
  const writer = new ByteWriter();
  let turn: Promise<unknown> = Promise.resolve();
  const insert = async (events: readonly FieldEvent[]): Promise<void> => {
    const { day, count, hashes, first, last } = collector.collect(events);
    if (count === 0) return;
    writer.reset();
    writer.varint(3);
    writer.varint(count);
    for (const [name, column] of Object.entries({ hash: hashes, first, last })) {
      writer.text(name);
      writer.text('UInt32');
      // As they lie in memory: little endian on every machine that Node and the engine run on.
      writer.raw(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
    await client.send(STATEMENT, writer.view(), { day });
  };
  return {
    begin() {
      begun ??= noteBegin(client, kept);
      begun.catch(() => (begun = null));
      return begun;
    },
    index(events) {
      if (!kept || events.length === 0) return Promise.resolve();
      const mine = turn.then(() => insert(events));
      turn = mine.catch(() => {});
      return mine;
    },
  };
}

/** What was stored without the index is older than what is stored from now on, or is looked at all the same: `since` is after the newest of it. */
async function noteBegin(client: StoreClient, kept: boolean): Promise<void> {
  const since = await fieldsIndexedSince(client);
  if (kept === (since !== null)) return;
  await client.run(
    kept
      ? 'INSERT INTO field_places_since SELECT toUnixTimestamp64Micro(max(observedAt)) + 1, now64(6) FROM events'
      : 'INSERT INTO field_places_since SELECT -1, now64(6)',
  );
}

/** From when on (µs) every event is in the index; null when it is not kept. */
export async function fieldsIndexedSince(client: StoreClient): Promise<number | null> {
  const [mark] = await client.rows<{ since: number; marks: number }>(
    'SELECT argMax(since, noted) AS since, count() AS marks FROM field_places_since',
    {},
    { threads: 1 },
  );
  return mark === undefined || mark.marks === 0 || mark.since < 0 ? null : mark.since;
}

/** The same for events that are stored: after a crash their places may be missing. */
export async function indexStored(client: StoreClient, fields: FieldIndexer, tap: TapName, batch: number): Promise<void> {
  const rows = await client.rows<{ observed: number; body: string | null; headers: readonly (readonly [string, string, string | null])[] }>(
    `SELECT toUnixTimestamp64Micro(observedAt) AS observed, if(isNull(body), NULL, base64Encode(assumeNotNull(body))) AS body,
      arrayMap(h -> (h.name, h.wire, if(isNull(h.value), NULL, base64Encode(assumeNotNull(h.value)))), headers) AS headers
    FROM events WHERE tap = {tap:String} AND batch = {batch:UInt64} ORDER BY idx`,
    { tap, batch },
    { seconds: 60 },
  );
  const bytes = (text: string | null): Uint8Array | null => (text === null ? null : Buffer.from(text, 'base64'));
  await fields.begin();
  await fields.index(
    rows.map(({ observed, body, headers }) => ({
      observedAt: observed,
      body: bytes(body),
      headers: headers.map(([name, wire, value]) => ({ name, wire, value: bytes(value) })),
    })),
  );
}
