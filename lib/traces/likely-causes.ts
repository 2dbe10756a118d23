import type { EventRow } from '@/lib/contract/traces';
import { joiningKeys } from './joining-keys';

/** The newest of like events so far, and how many there were. */
interface Likes {
  readonly newest: EventRow;
  readonly nth: number;
  readonly count: number;
}

/**
 * Causes that no id of their own names, found among the events before. Events are added in our order, each after it was asked about, so a trace of ten
 * thousand events is gone through once.
 */
export class LikelyCauses {
  readonly #requests = new Map<string, Likes>();
  readonly #originals = new Map<string, Likes>();
  /** Without such a letter nobody will ask for originals. */
  readonly #isAnyWithoutIds: boolean;
  #nth = 0;

  constructor(events: readonly EventRow[]) {
    this.#isAnyWithoutIds = events.some((event) => placeOfOrigin(event) !== null);
  }

  add(event: EventRow): void {
    this.#nth++;
    const { correlationId, replyTo, deadLetter, routingKey } = event;
    if (deadLetter) return;
    if (correlationId !== null && replyTo !== null && replyTo !== undefined) {
      const place = placeOf(replyTo);
      if (place !== '') this.#note(this.#requests, `${correlationId}\n${place}`, event);
    }
    if (!this.#isAnyWithoutIds) return;
    const kind = kindOf(event, event.channel);
    for (const about of new Set([null, aboutOf(event)]))
      for (const key of new Set([null, routingKey])) this.#note(this.#originals, originalKey(kind, key, about), event);
  }

  /**
   * The request that a reply answers, where both carry one correlation id and no message id says more: the newest before it that wanted its
   * answer where this one went. The correlation id alone is shared by a whole conversation as often.
   */
  requestOf({ correlationId, channel, routingKey, inboxes }: EventRow): EventRow | null {
    if (correlationId === null || this.#requests.size === 0) return null;
    let found: Likes | null = null;
    for (const place of [channel, routingKey, ...inboxes.map(({ inbox }) => inbox)]) {
      const asked = place === null ? undefined : this.#requests.get(`${correlationId}\n${place}`);
      if (asked !== undefined && (found === null || asked.nth > found.nth)) found = asked;
    }
    return found === null ? null : found.newest;
  }

  /**
   * The original of a dead letter without ids, by what RabbitMQ's own account says (exchange and routing key have no offset) and what both are
   * about: one type, and one business key or record key. Where these are not said either, only the one event that it can be.
   */
  originalOf(letter: EventRow): EventRow | null {
    const place = placeOfOrigin(letter);
    if (place === null) return null;
    const about = aboutOf(letter);
    const fitting = this.#originals.get(originalKey(kindOf(letter, place.channel), place.routingKey, about));
    return fitting === undefined || (about === null && fitting.count > 1) ? null : fitting.newest;
  }

  #note(likes: Map<string, Likes>, key: string, newest: EventRow): void {
    likes.set(key, { newest, nth: this.#nth, count: (likes.get(key)?.count ?? 0) + 1 });
  }
}

/** Where a dead letter first was, when that is all that is known of it: RabbitMQ tells no offset. */
function placeOfOrigin({ deadLetter, origin }: EventRow): { readonly channel: string; readonly routingKey: string | null } | null {
  if (!deadLetter || origin === null || origin === undefined || origin.channel === null || origin.offset !== null) return null;
  return { channel: origin.channel, routingKey: origin.routingKey };
}

/** A name, or the last part of an address (`rabbitmq://host/shop/answers?temporary=true`). */
const placeOf = (replyTo: string): string => (replyTo.split('?', 1)[0] as string).split('/').at(-1) as string;

const kindOf = ({ broker, type }: EventRow, channel: string): string => `${broker}\n${channel}\n${type ?? ''}`;

/** With null for whichever. */
const originalKey = (kind: string, routingKey: string | null, about: string | null): string =>
  `${kind}\n${routingKey === null ? '' : `=${routingKey}`}\n${about === null ? '' : `=${about}`}`;

function aboutOf(event: EventRow): string | null {
  const first = joiningKeys(event)[0];
  return first === undefined ? event.key : `${first.name} ${first.value}`;
}
