import type { EventRow } from '@/lib/contract/traces';
import { joiningKeys } from './joining-keys';

/**
 * The request that a reply answers, where both carry one correlation id and no message id says more: the newest before it that wanted its
 * answer where this one went. The correlation id alone is shared by a whole conversation as often.
 */
export function requestOf(reply: EventRow, sharing: readonly EventRow[], at: (event: EventRow) => number): EventRow | null {
  const wanted = ({ replyTo }: EventRow): boolean => replyTo !== null && replyTo !== undefined && wentTo(reply, replyTo);
  return sharing.findLast((other) => !other.deadLetter && at(other) < at(reply) && wanted(other)) ?? null;
}

/** A name, or the last part of an address (`rabbitmq://host/shop/answers?temporary=true`). */
function wentTo({ channel, routingKey, inboxes }: EventRow, replyTo: string): boolean {
  const place = (replyTo.split('?', 1)[0] as string).split('/').at(-1) as string;
  return place !== '' && (channel === place || routingKey === place || inboxes.some(({ inbox }) => inbox === place));
}

/**
 * The original of a dead letter without ids, by what RabbitMQ's own account says (exchange and routing key have no offset) and what both are
 * about: one type, and one business key or record key. Where these are not said either, only the one event that it can be.
 */
export function deadOriginalOf(
  letter: EventRow,
  ofKind: ReadonlyMap<string, readonly EventRow[]>,
  at: (event: EventRow) => number,
): EventRow | null {
  const { origin } = letter;
  if (origin === null || origin === undefined || origin.channel === null || origin.offset !== null) return null;
  const fitting = (ofKind.get(kindOf({ ...letter, channel: origin.channel })) ?? []).filter(
    (event) => !event.deadLetter && at(event) < at(letter) && (origin.routingKey === null || event.routingKey === origin.routingKey),
  );
  const about = aboutOf(letter);
  if (about === null) return fitting.length === 1 ? (fitting[0] ?? null) : null;
  return fitting.findLast((event) => aboutOf(event) === about) ?? null;
}

export const kindOf = ({ broker, channel, type }: EventRow): string => `${broker}\n${channel}\n${type ?? ''}`;

function aboutOf(event: EventRow): string | null {
  const first = joiningKeys(event)[0];
  return first === undefined ? event.key : `${first.name} ${first.value}`;
}
