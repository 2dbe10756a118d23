/**
 * After a connection was lost: how many of the first messages that come again are already in the store. Pure; the heart of "nothing twice,
 * nothing missing" ([R10]–[R13]).
 *
 * Batch n is stored first; then one transaction acknowledges its messages and publishes n as our position. So the position answers n (nothing
 * of it comes again) or n−1 (all of it comes again, first and in order). Everything else means that somebody or something interfered: then
 * only what can be recognised is skipped, and the tap says that it is uncertain.
 */
export interface StoredBatch {
  readonly number: number;
  readonly records: number;
  /** What the batch held, when this process made it; `null` after a restart. */
  readonly contents: readonly Fingerprint[] | null;
}

/** Two messages are taken for the same when everything the broker sent of them is the same. */
export interface Fingerprint {
  readonly exchange: string;
  readonly routingKey: Uint8Array;
  readonly properties: Uint8Array;
  readonly body: Uint8Array;
}

export interface Redelivery extends Fingerprint {
  readonly redelivered: boolean;
}

export interface SkipDecision {
  readonly skip: number;
  /** Why the count may be wrong, in words; `null` when it is certain. */
  readonly uncertain: string | null;
}

/** How many of the next deliveries must be known before `decideSkip` can be asked. */
export const deliveriesNeeded = (stored: StoredBatch, position: number | null): number => (position === stored.number ? 0 : stored.number === 0 ? 0 : stored.records);

/** @param first the first deliveries of the new connection: `deliveriesNeeded` of them, or all there are. */
export function decideSkip(stored: StoredBatch, position: number | null, first: readonly Redelivery[]): SkipDecision {
  if (position === stored.number) return { skip: 0, uncertain: null };
  if (stored.number === 0)
    return { skip: 0, uncertain: position === null ? null : `the tap's position at the broker says batch ${position}, the store knows none: what was read before is not in this store` };
  if (position === stored.number - 1) return skipOfLast(stored, first);
  const found = stored.contents === null ? 0 : sameEnd(stored.contents, first);
  return {
    skip: found,
    uncertain:
      position === null
        ? `the tap's position at the broker is gone; ${found} messages were recognised as stored already, others may have been stored twice`
        : `the tap's position at the broker says batch ${position}, the store ${stored.number}: events between them may be missing or stored twice`,
  };
}

function skipOfLast(stored: StoredBatch, first: readonly Redelivery[]): SkipDecision {
  const again = first.slice(0, stored.records);
  if (stored.contents === null) {
    const fresh = again.findIndex((delivery) => !delivery.redelivered);
    const skip = fresh < 0 ? again.length : fresh;
    return { skip, uncertain: skip === stored.records ? null : missing(stored, skip) };
  }
  const skip = sameEnd(stored.contents, again);
  return { skip, uncertain: skip === stored.records ? null : missing(stored, skip) };
}

const missing = (stored: StoredBatch, skip: number): string =>
  `of the ${stored.records} stored messages of batch ${stored.number} only ${skip} came again and were skipped: the queue lost its head (its cap, a crash of the broker, or a purge)`;

/** The largest k such that the first k deliveries are the last k of the batch: what is missing of it was lost at the head. */
function sameEnd(contents: readonly Fingerprint[], first: readonly Redelivery[]): number {
  for (let k = Math.min(contents.length, first.length); k > 0; k--) {
    const from = contents.length - k;
    let index = 0;
    while (index < k && same(contents[from + index]!, first[index]!)) index++;
    if (index === k) return k;
  }
  return 0;
}

const same = (a: Fingerprint, b: Fingerprint): boolean =>
  a.exchange === b.exchange && sameBytes(a.routingKey, b.routingKey) && sameBytes(a.properties, b.properties) && sameBytes(a.body, b.body);

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
