import type { StoreClient } from '../client';

/** From when on events have the numbers of their values in their rows (`fieldValues`). */
export interface FieldsSince {
  readonly kept: boolean;
  /** Before the first batch: notes from when on that is so, or that it no longer is. */
  begin(): Promise<void>;
}

export function noteFieldsSince(client: StoreClient, kept: boolean): FieldsSince {
  let begun: Promise<void> | null = null;
  return {
    kept,
    begin() {
      begun ??= note(client, kept);
      begun.catch(() => (begun = null));
      return begun;
    },
  };
}

/** What was stored without the index is older than what is stored from now on, or is looked at all the same: `since` is after the newest of it. */
async function note(client: StoreClient, kept: boolean): Promise<void> {
  const since = await fieldsIndexedSince(client);
  if (kept === (since !== null)) return;
  await client.run(
    kept
      ? 'INSERT INTO fields_since SELECT toUnixTimestamp64Micro(max(observedAt)) + 1, now64(6) FROM events'
      : 'INSERT INTO fields_since SELECT -1, now64(6)',
  );
}

/** From when on (µs) every event is in the index; null when it is not kept. */
export async function fieldsIndexedSince(client: StoreClient): Promise<number | null> {
  const marks = await client.rows<{ since: number; noted: number }>(
    'SELECT since, toUnixTimestamp64Micro(noted) AS noted FROM fields_since',
    {},
    { threads: 1 },
  );
  const newest = marks.reduce<(typeof marks)[number] | null>(
    (found, mark) => (found === null || mark.noted > found.noted ? mark : found),
    null,
  );
  return newest === null || newest.since < 0 ? null : newest.since;
}
