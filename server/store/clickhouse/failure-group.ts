import type { Failure, ObservedEvent } from '@/lib/events/observed-event';

const LONGEST_PATTERN = 160;

/**
 * A failure's message without what differs from letter to letter: ids, numbers, quoted values. `order 4711 not found` and
 * `order 4712 not found` are one cause.
 */
export function messagePatternOf(message: string | null): string {
  if (message === null) return '';
  return message
    .slice(0, LONGEST_PATTERN * 4)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi, '#')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '#')
    .replace(/"[^"]*"|'[^']*'/g, '#')
    .replace(/\d+(?:[.,:]\d+)*/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, LONGEST_PATTERN);
}

/** Where the letter died last, as far as it is known (as in lib/topology/edges.ts, [E1]); '' = not said. */
export const failureInboxOf = (event: ObservedEvent): string => event.failure?.lastOrigin.inbox ?? '';

/** Text that is the same for every letter of one cause: broker, place, cause and the message without its numbers. */
export const failureGroupOf = (event: ObservedEvent): string =>
  [
    event.broker,
    failureInboxOf(event) || event.channel,
    event.failure?.cause ?? 'unknown',
    messagePatternOf(event.failure?.message ?? null),
  ].join(' | ');

const NOWHERE: Failure['lastOrigin'] = { channel: null, inbox: null, partition: null, offset: null, routingKey: null };

/** A failure of which only the inbox is of interest. */
export const noFailure = (inbox: string): Failure => ({
  cause: '',
  message: null,
  stack: null,
  reason: null,
  count: null,
  consumer: null,
  firstOrigin: NOWHERE,
  lastOrigin: { ...NOWHERE, inbox: inbox === '' ? null : inbox },
});
