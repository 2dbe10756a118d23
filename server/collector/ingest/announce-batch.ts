import type { BatchAnnouncement } from '@/lib/contract/bus-messages';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { toEventRow } from '@/lib/events/event-row';
import { countEdges } from '@/lib/topology/edges';
import type { Micros } from '@/lib/events/names';
import type { StoredBatch } from '../../store/store';
import type { FollowedTraces } from './followed-traces';

export const MAX_ROWS = 200;

/**
 * [I8] What is told of a stored batch: at most 200 rows (dead letters first, then evenly over the batch), counts of all. [I16] Rows of traces
 * that somebody looks at come besides, so that nothing of them has to be asked for.
 */
export function announcementOf(batch: StoredBatch, storedAt: Micros, followed?: FollowedTraces): BatchAnnouncement {
  let deadLetters = 0;
  for (const event of batch.events) if (event.deadLetter) deadLetters++;
  const looked = followed?.eventsIn(batch.events) ?? [];
  const areAllTold = looked.length <= MAX_ROWS;
  return {
    tap: batch.tap,
    batch: batch.number,
    broker: batch.broker,
    storedAt,
    events: batch.events.length,
    rows: sampleOf(batch.events, deadLetters, areAllTold ? looked : []).map(toEventRow),
    followed: areAllTold ? [...(followed?.all() ?? [])] : [],
    edges: countEdges(batch.events),
    deadLetters,
  };
}

function sampleOf(events: readonly ObservedEvent[], deadLetters: number, looked: readonly ObservedEvent[]): readonly ObservedEvent[] {
  if (events.length <= MAX_ROWS) return events;
  const chosen = new Set<number>();
  if (deadLetters > 0) events.forEach((event, index) => event.deadLetter && chosen.size < MAX_ROWS / 2 && chosen.add(index));
  const step = events.length / (MAX_ROWS - chosen.size);
  for (let at = step / 2; at < events.length; at += step) chosen.add(Math.floor(at));
  if (looked.length > 0) {
    const wanted = new Set(looked);
    events.forEach((event, index) => wanted.has(event) && chosen.add(index));
  }
  return [...chosen].sort((a, b) => a - b).map((index) => events[index] as ObservedEvent);
}
