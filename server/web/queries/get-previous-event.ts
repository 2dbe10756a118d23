import type { PreviousEvent } from '@/lib/contract/traces';
import type { EventRow } from '@/lib/contract/traces';
import type { EventId } from '@/lib/events/names';
import { toEventRow } from '@/lib/events/event-row';
import { inOurOrder } from '@/lib/traces/in-our-order';
import type { Services } from '../services';
import { eventDetail } from './get-event';

const A_DAY = 86_400_000_000;
const MOST_KEYS = 4;
const MOST_EVENTS = 50;

/**
 * The event before this one about the same thing: of the first business key that has one within a day before. One of the same type is nearer than a
 * later one of another. Copies of the event itself (retries, letters, replays) are not before it.
 */
export async function getPreviousEvent(services: Services, id: EventId): Promise<PreviousEvent | 'not-found'> {
  const { store } = services;
  const event = await store.event(id);
  if (event === null) return 'not-found';
  const row = toEventRow(event);
  for (const key of row.businessKeys.slice(0, MOST_KEYS)) {
    const range = { from: row.observedAt - A_DAY, to: row.observedAt + 1 };
    const { rows } = await store.recentEvents({ range, businessKey: key.value, limit: MOST_EVENTS });
    const before = rows.filter((other) => isBefore(other, row)).toSorted((a, b) => inOurOrder(b, a));
    const nearest = before.find(({ type }) => type === row.type) ?? before[0];
    const whole = nearest === undefined ? null : await store.event(nearest.id);
    if (whole !== null) return { key, event: await eventDetail(services, whole) };
  }
  return { key: row.businessKeys[0] ?? null, event: null };
}

const isBefore = (other: EventRow, event: EventRow): boolean =>
  other.id !== event.id &&
  !other.deadLetter &&
  (other.messageId === null || other.messageId !== event.messageId) &&
  inOurOrder(other, event) < 0;
