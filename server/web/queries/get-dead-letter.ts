import type { DeadLetterDetail } from '@/lib/contract/dead-letters';
import type { EventRow } from '@/lib/contract/traces';
import type { EventId } from '@/lib/events/names';
import { letterRow, originalOf } from '@/lib/dead-letters/letter-row';
import type { Services } from '../services';
import { eventDetail } from './get-event';

const MOST = 50;

/** One letter: why it died, the event it was, what was done about it, and what came after it for the same business. */
export async function getDeadLetter(services: Services, id: EventId): Promise<DeadLetterDetail | 'not-found'> {
  const { store } = services;
  const event = await store.event(id);
  if (event === null || !event.deadLetter) return 'not-found';
  const [detail, replays, copies, newer] = await Promise.all([
    eventDetail(services, event),
    store.replaysOf([id]),
    event.messageId === null ? [] : store.findId(event.messageId, MOST),
    newerOf(services, event),
  ]);
  return {
    letter: letterRow(detail.row, event.failure, replays),
    detail,
    original: originalOf(
      detail.row,
      copies.map((copy) => copy.event),
    ),
    newer: newer.filter((row) => row.messageId === null || row.messageId !== event.messageId),
  };
}

async function newerOf(
  { store, clock }: Services,
  { businessKeys, observedAt, id }: Pick<EventRow, 'businessKeys' | 'observedAt' | 'id'>,
): Promise<readonly EventRow[]> {
  const key = businessKeys[0]?.value;
  if (key === undefined) return [];
  const { rows } = await store.recentEvents({ range: { from: observedAt + 1, to: clock() }, businessKey: key, limit: MOST });
  return rows.filter((row) => row.id !== id);
}
