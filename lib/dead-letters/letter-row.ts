import type { EventId } from '@/lib/events/names';
import type { Failure } from '@/lib/events/observed-event';
import type { DeadLetterRow, ReplayRecord } from '@/lib/contract/dead-letters';
import type { EventRow } from '@/lib/contract/traces';

/**
 * A letter with what was done about it (docs/spec/dead-letters.md). Its newest replay decides: nothing known of its outcome → uncertain, sent →
 * replayed, not sent → it still waits. A letter that is itself a replay is back again until it is replayed once more.
 */
export function letterRow(event: EventRow, failure: Failure | null, records: readonly ReplayRecord[]): DeadLetterRow {
  const replays = records.filter((record) => record.letter === event.id).toSorted((a, b) => b.intendedAt - a.intendedAt);
  return { event, failure, state: stateOf(event.replayId !== null, replays[0]), replays };
}

function stateOf(isReplay: boolean, newest: ReplayRecord | undefined): DeadLetterRow['state'] {
  if (newest && newest.outcome !== 'not-sent') return newest.outcome === null || newest.outcome === 'uncertain' ? 'uncertain' : 'replayed';
  return isReplay ? 'back-again' : 'waiting';
}

/** The event that a letter was before it died: the oldest living one of its message. */
export function originalOf(letter: EventRow, sameMessage: readonly EventRow[]): EventRow | null {
  const living = sameMessage.filter(
    (event) =>
      !event.deadLetter &&
      event.id !== (letter.id satisfies EventId) &&
      event.messageId === letter.messageId &&
      event.observedAt <= letter.observedAt,
  );
  return living.toSorted((a, b) => a.observedAt - b.observedAt)[0] ?? null;
}
