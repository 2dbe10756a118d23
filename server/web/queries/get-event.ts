import type { EventDetail } from '@/lib/contract/traces';
import type { EventId } from '@/lib/events/names';
import { groupOfInbox } from '@/lib/events/names';
import { baggageOf } from '@/lib/events/baggage';
import { decodeBody, viewHeaders } from '@/lib/events/decode-body';
import { toEventRow } from '@/lib/events/event-row';
import { losersOf } from '@/lib/events/recognise/sayings';
import { whyOfKeys } from '@/lib/events/recognise/why-of-keys';
import type { ObservedEvent, RoutedInbox } from '@/lib/events/observed-event';
import type { Services } from '../services';
import { readBody } from './read-body';
import { readKey } from './read-key';

const MOST_COPIES = 50;

/** One event whole: what it says, its headers and body for a screen, where it went, and the letters it became. */
export async function getEvent(services: Services, id: EventId): Promise<EventDetail | 'not-found'> {
  const event = await services.store.event(id);
  return event === null ? 'not-found' : eventDetail(services, event);
}

export async function eventDetail(services: Services, event: ObservedEvent): Promise<EventDetail> {
  const { store } = services;
  const [copies, inboxes, { source, schema, parsed }, decodedKey] = await Promise.all([
    event.messageId === null ? [] : store.findId(event.messageId, MOST_COPIES),
    inboxesOf(services, event),
    readBody(services.bodies, event),
    readKey(services.bodies, event),
  ]);
  const { version, sourceEvidence, conversationId, sagaId, replyTo, framework, why, contexts, contentType, contentEncoding, failure } =
    event;
  return {
    row: toEventRow(event),
    version,
    sourceEvidence,
    conversationId,
    sagaId,
    replyTo,
    framework,
    why: [...why, ...whyOfKeys(event)],
    losers: losersOf(event, event, services.rules, parsed),
    contexts,
    baggage: baggageOf(event.headers),
    headers: viewHeaders(event.headers),
    contentType,
    contentEncoding,
    body: decodeBody(source),
    schema,
    decodedKey,
    bodyProblem: event.bodyProblem,
    failure,
    deadLetters: copies.flatMap(({ event: copy }) =>
      copy.deadLetter && copy.id !== event.id && copy.messageId === event.messageId ? [copy.id] : [],
    ),
    inboxes,
  };
}

/** RabbitMQ: the queues it was routed to, as noted when it was seen. Kafka: the groups that its topic has now. */
async function inboxesOf({ store }: Services, event: ObservedEvent): Promise<readonly RoutedInbox[]> {
  if (event.inboxes.length > 0 || event.system !== 'kafka') return event.inboxes;
  const picture = (await store.pictures()).find(({ broker }) => broker === event.broker);
  return (picture?.inboxes ?? []).flatMap(({ inbox, kind, ours }) =>
    kind === 'group' && !ours && groupOfInbox(inbox).topic === event.channel ? [{ inbox, evidence: 'declared' as const }] : [],
  );
}
