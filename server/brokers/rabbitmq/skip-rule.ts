/**
 * After a connection was lost: how many of the first messages that come again are already in the store. Pure; the heart of "nothing twice,
 * nothing missing" ([R10]–[R13], [R19]).
 *
 * Batch n is stored first; then one transaction acknowledges its messages and publishes n as our position. So the position answers n (nothing
 * of it comes again) or n−1 (all of it comes again, first and in order). A broker that died may have forgotten acknowledgements that it had
 * confirmed (3.10 keeps them in memory for seconds: tried with kill −9), so after its restart whole batches come again, and they are
 * recognised by what they are. Everything else means that somebody interfered: then only what can be recognised is skipped, and the tap says
 * that it is uncertain.
 */
export interface StoredBatch {
  readonly number: number;
  readonly records: number;
}

/** One message as a number that depends on everything the broker sent of it. */
export type Print = number;

export interface Redelivery {
  readonly print: Print;
  readonly redelivered: boolean;
}

export interface SkipQuestion {
  readonly stored: StoredBatch;
  /** What the broker has as our position; `null` for nothing. */
  readonly position: number | null;
  /** The broker was started again since we last committed. */
  readonly restarted: boolean;
  /** The messages stored last, oldest first, ending with batch n; empty when this process did not store them. */
  readonly history: readonly Print[];
}

export interface SkipDecision {
  readonly skip: number;
  /** Why the count may be wrong, in words; `null` when it is certain. */
  readonly uncertain: string | null;
}

/** How many of the next deliveries must be known before `decideSkip` can be asked. */
export function deliveriesNeeded({ stored, position, restarted, history }: SkipQuestion): number {
  if (stored.number === 0) return 0;
  if (restarted) return Math.max(history.length, stored.records);
  return position === stored.number ? 0 : stored.records;
}

/** @param first the first deliveries of the new connection: `deliveriesNeeded` of them, or all there are. */
export function decideSkip(question: SkipQuestion, first: readonly Redelivery[]): SkipDecision {
  const { stored, position, restarted, history } = question;
  if (stored.number === 0)
    return {
      skip: 0,
      uncertain:
        position === null || position === 0
          ? null
          : `the tap's position at the broker says batch ${position}, the store knows none: what was read before is not in this store`,
    };
  if (restarted) return afterRestart(question, first);
  if (position === stored.number) return { skip: 0, uncertain: null };
  if (position === stored.number - 1) return skipOfLast(question, first);
  const skip = sameEnd(history, first);
  return {
    skip,
    uncertain:
      position === null
        ? `the tap's position at the broker is gone; ${skip} messages were recognised as stored already, others may have been stored twice`
        : `the tap's position at the broker says batch ${position}, the store ${stored.number}: events between them may be missing or stored twice`,
  };
}

function skipOfLast({ stored, history }: SkipQuestion, first: readonly Redelivery[]): SkipDecision {
  const again = first.slice(0, stored.records);
  const skip = history.length < stored.records ? leadingRedelivered(again) : sameEnd(history.slice(-stored.records), again);
  if (skip === stored.records) return { skip, uncertain: null };
  return {
    skip,
    uncertain: `of the ${stored.records} stored messages of batch ${stored.number} only ${skip} came again and were skipped: the queue lost its head (its cap or a purge)`,
  };
}

/** Nothing is skipped that might be new: alike messages are no proof. */
function afterRestart({ stored, position, history }: SkipQuestion, first: readonly Redelivery[]): SkipDecision {
  const sameAsStored = sameEnd(history, first);
  const recognised = sameAsStored > 0 && (position === stored.number - 1 || !onlyRepeated(history, first.slice(0, sameAsStored)));
  const unknown = history.length === 0 && position === stored.number - 1;
  const skip = unknown ? leadingRedelivered(first.slice(0, stored.records)) : recognised ? sameAsStored : 0;
  return {
    skip,
    uncertain: `the broker was started again: ${skip} messages that came again were recognised as stored and skipped; transient messages it held for us are lost`,
  };
}

function leadingRedelivered(deliveries: readonly Redelivery[]): number {
  const fresh = deliveries.findIndex(({ redelivered }) => !redelivered);
  return fresh < 0 ? deliveries.length : fresh;
}

/** The largest k such that the first k deliveries are the last k of the history. */
function sameEnd(history: readonly Print[], first: readonly Redelivery[]): number {
  for (let k = Math.min(history.length, first.length); k > 0; k--) {
    const from = history.length - k;
    let index = 0;
    while (index < k && history[from + index] === first[index]?.print) index++;
    if (index === k) return k;
  }
  return 0;
}

function onlyRepeated(history: readonly Print[], deliveries: readonly Redelivery[]): boolean {
  const seen = new Set<Print>();
  const repeated = new Set<Print>();
  for (const print of history) (seen.has(print) ? repeated : seen).add(print);
  return deliveries.every(({ print }) => repeated.has(print));
}
