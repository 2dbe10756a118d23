import type { DeadLetterDetail, ReplayRecord } from '@/lib/contract/dead-letters';
import type { HeaderView } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';

/** One station on the way of a letter, oldest first. `at` is null where nobody stamped it. */
export interface WayStep {
  readonly kind: 'published' | 'taken' | 'died' | 'replayed' | 'now-in';
  readonly text: string;
  readonly place: string | null;
  readonly at: Micros | null;
}

/** [D20] tells only what the letter's headers, its original and our own record say; what is not known is left out, not guessed. */
export function wayHere({ letter, original }: DeadLetterDetail): WayStep[] {
  const { event, failure, replays } = letter;
  const first = failure?.firstOrigin ?? null;
  const last = failure?.lastOrigin ?? null;
  const publishedTo = original?.channel ?? first?.channel ?? null;
  const steps: WayStep[] = [];
  if (publishedTo !== null)
    steps.push({
      kind: 'published',
      text: `published to ${publishedTo === '' ? 'the default exchange' : publishedTo}`,
      place: publishedTo,
      at: original ? (original.publishedAt ?? original.observedAt) : null,
    });
  if (first?.inbox && last?.inbox && first.inbox !== last.inbox)
    steps.push({ kind: 'taken', text: `died first in ${first.inbox}`, place: first.inbox, at: null });
  if (last?.inbox ?? first?.inbox) {
    const inbox = last?.inbox ?? first?.inbox ?? '';
    const count = failure?.count ?? null;
    steps.push({ kind: 'taken', text: count !== null && count > 1 ? `${inbox}, ${count} times` : inbox, place: inbox, at: null });
  }
  steps.push({
    kind: 'died',
    text: `${failure?.reason ?? failure?.cause ?? 'dead letter'}, seen on ${event.channel === '' ? 'the default exchange' : event.channel}`,
    place: event.channel,
    at: event.publishedAt ?? event.observedAt,
  });
  for (const replay of replays)
    steps.push({ kind: 'replayed', text: replayWords(replay), place: null, at: replay.outcomeAt ?? replay.intendedAt });
  const queue = event.inboxes[0]?.inbox;
  if (queue && letter.state === 'waiting' && event.system === 'rabbitmq')
    steps.push({ kind: 'now-in', text: `went to ${queue}`, place: queue, at: null });
  return steps;
}

/** What became of a replay, with who did it. An open intent is uncertain: it may have been sent. */
export function replayWords({ outcome, by }: ReplayRecord): string {
  switch (outcome) {
    case 'sent-and-taken':
      return `replayed by ${by}, taken out of its queue`;
    case 'sent-and-marked':
      return `replayed by ${by}, marked (a log keeps it)`;
    case 'sent-not-taken':
      return `replayed by ${by}, but it is still in its queue`;
    case 'not-sent':
      return `not sent (asked by ${by})`;
    case 'uncertain':
    case null:
      return `uncertain: it may have been sent (${by})`;
  }
}

const DEATH =
  /^(x-death|x-first-death|x-last-death|x-exception|x-original-|x-retry|retry-count|kafka_dlt-|kafka_exception|__connect\.errors\.|dead-letter|dlq-|x-error|error-)/i;

/** The headers by which a letter says that, where and why it died. */
export const headersThatSaySo = (headers: readonly HeaderView[]): readonly HeaderView[] => headers.filter(({ name }) => DEATH.test(name));
