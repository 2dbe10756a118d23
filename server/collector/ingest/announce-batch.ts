import type { BatchAnnouncement } from '@/lib/contract/bus-messages';
import type { ObservedEvent } from '@/lib/events/observed-event';
import { toEventRow } from '@/lib/events/event-row';
import { countEdges } from '@/lib/topology/edges';
import type { Micros } from '@/lib/events/names';
import type { StoredBatch } from '../../store/store';

export const MAX_ROWS = 200;

/** [I8] What is told of a stored batch: at most 200 rows (dead letters first, then evenly over the batch), counts of all. */
export function announcementOf(batch: StoredBatch, storedAt: Micros): BatchAnnouncement {
  let deadLetters = 0;
  for (const event of batch.events) if (event.deadLetter) deadLetters++;
  return {
    tap: batch.tap,
    batch: batch.number,
    broker: batch.broker,
    storedAt,
    events: batch.events.length,
    rows: sampleOf(batch.events, deadLetters).map(toEventRow),
    edges: countEdges(batch.events),
    deadLetters,
  };
}

function sampleOf(events: readonly ObservedEvent[], deadLetters: number): readonly ObservedEvent[] {
  if (events.length <= MAX_ROWS) return events;
  const chosen = new Set<number>();
  if (deadLetters > 0) events.forEach((event, index) => event.deadLetter && chosen.size < MAX_ROWS / 2 && chosen.add(index));
  const step = events.length / (MAX_ROWS - chosen.size);
  for (let at = step / 2; at < events.length; at += step) chosen.add(Math.floor(at));
  return [...chosen].sort((a, b) => a - b).map((index) => events[index] as ObservedEvent);
}
