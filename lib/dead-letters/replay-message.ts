import type { ReplayPlanItem, ReplayRecord } from '@/lib/contract/dead-letters';
import { amqpHeader } from '@/lib/events/amqp-values';
import type { ChannelName, InboxName } from '@/lib/events/names';
import type { EventHeader, ObservedEvent } from '@/lib/events/observed-event';
import { REPLAY_ATTEMPT, REPLAY_ID, REPLAY_OF } from '@/lib/events/recognise/families/own-replays';
import { lastHeader, textOfHeader, toCount } from '@/lib/events/recognise/values';

/** What a broker sends for us. */
export interface ReplayMessage {
  readonly to:
    | { readonly kind: 'queue'; readonly queue: InboxName }
    | { readonly kind: 'channel'; readonly channel: ChannelName; readonly routingKey: string | null; readonly partition: number | null };
  readonly key: Uint8Array | null;
  readonly headers: readonly EventHeader[];
  readonly body: Uint8Array | null;
}

/**
 * [L22] What a death left on the letter goes, so that its next life does not begin at its end; all else stays as it was: order, bytes, types, and
 * the trace context. `user-id` goes too: a broker accepts only the sender's own. Names in lower case; a trailing `*` stands for anything.
 */
const DROPPED = [
  'x-death',
  'x-first-death-*',
  'x-last-death-*',
  'x-delivery-count',
  'x-acquired-count',
  'x-opt-deaths',
  'cc',
  'bcc',
  'x-exception-*',
  'x-original-exchange',
  'x-original-routingkey',
  'x-original-routing-key',
  'x-original-queue',
  'x-original-topic',
  'x-original-partition',
  'x-original-offset',
  'x-original-timestamp*',
  'x-original-consumer-group',
  'kafka_dlt-*',
  'kafka_original-*',
  'kafka_exception-*',
  'kafka_key-exception-*',
  'kafka_deliveryattempt',
  'retry_topic-*',
  'springdeserializerexception*',
  '__connect.errors.*',
  '__streams.errors.*',
  '__dlq.errors.*',
  'x-eventyard-*',
];
const EXACT = new Set(DROPPED.filter((name) => !name.endsWith('*')));
const PREFIXES = DROPPED.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
const DROPPED_PROPERTIES = new Set(['expiration', 'user-id']);

export function isDropped({ name, wire }: EventHeader): boolean {
  const lower = name.toLowerCase();
  if (wire === 'property') return DROPPED_PROPERTIES.has(lower);
  return EXACT.has(lower) || PREFIXES.some((prefix) => lower.startsWith(prefix));
}

export const droppedHeaders = (headers: readonly EventHeader[]): string[] => [
  ...new Set(headers.filter(isDropped).map(({ name }) => name)),
];

/** [L23] Which replay, of what, and which try: our own counter, since a broker's is not to be trusted across versions. */
export function addedHeaders(letter: ObservedEvent, before: readonly ReplayRecord[], replayId: string): { name: string; value: string }[] {
  const earlier = lastHeader(letter.headers, REPLAY_ATTEMPT);
  const tries = Math.max(
    toCount(earlier === null ? null : textOfHeader(earlier, 32)) ?? 0,
    before.filter(({ outcome }) => outcome !== 'not-sent').length,
  );
  return [
    { name: REPLAY_ID, value: replayId },
    { name: REPLAY_OF, value: letter.id },
    { name: REPLAY_ATTEMPT, value: String(tries + 1) },
  ];
}

export function replayMessage(letter: ObservedEvent, item: ReplayPlanItem): ReplayMessage {
  const kept = letter.headers.filter((header) => !isDropped(header));
  const added = item.addedHeaders.map(({ name, value }) =>
    letter.system === 'kafka' ? { name, wire: 'kafka', value: encoder.encode(value) } : amqpHeader(name, value),
  );
  return {
    to: item.target.kind === 'queue' ? item.target : { ...item.target, partition: null },
    key: letter.key,
    headers: [...kept, ...added],
    body: letter.body,
  };
}

const encoder = new TextEncoder();
