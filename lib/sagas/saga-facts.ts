import type { EventRow } from '@/lib/contract/traces';
import type { Micros } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { SagaDefinition, SagaFact } from './saga';

/** What a saga needs of an event: both a stored row and a whole event have it. */
export type SagaEvent = Pick<
  EventRow,
  'id' | 'type' | 'messageId' | 'correlationId' | 'traceId' | 'businessKeys' | 'publishedAt' | 'observedAt' | 'deadLetter'
> & { readonly sagaId?: ObservedEvent['sagaId'] };

/** [A10] Which instance an event belongs to: the value that stands where `identifiedBy` says; `null` when it is not there. */
export function sagaKeyOf(identifiedBy: string, event: SagaEvent): string | null {
  if (identifiedBy === 'correlation-id') return event.correlationId;
  if (identifiedBy === 'saga-id') return event.sagaId ?? null;
  if (identifiedBy === 'trace-id') return event.traceId;
  const name = identifiedBy.startsWith(BUSINESS_KEY) ? identifiedBy.slice(BUSINESS_KEY.length) : null;
  for (const key of event.businessKeys) if (key.name === name) return key.value;
  return null;
}

const BUSINESS_KEY = 'business-key:';

export function toSagaFact(event: SagaEvent): SagaFact {
  return {
    eventId: event.id,
    messageId: event.messageId,
    type: event.type ?? '',
    at: momentOfFact(event),
    traceId: event.traceId,
    deadLetter: event.deadLetter,
  };
}

const WEEK = 7 * 86_400_000_000;
const SECOND = 1_000_000;

/**
 * When it happened, for durations and due times: the publisher's or broker's clock, so that a backlog read late is not taken for a saga that began
 * now. Whole seconds (AMQP) near our own look, clocks of the future and clocks of long ago are not believed: then our own look counts.
 */
export function momentOfFact({ publishedAt, observedAt }: Pick<SagaEvent, 'publishedAt' | 'observedAt'>): Micros {
  if (publishedAt === null || publishedAt > observedAt || observedAt - publishedAt > WEEK) return observedAt;
  return publishedAt % SECOND === 0 && observedAt - publishedAt < 5 * SECOND ? observedAt : publishedAt;
}

/** All event types that mean something to a definition. */
export function typesOfSaga(definition: SagaDefinition): ReadonlySet<string> {
  return new Set([
    ...definition.start,
    ...definition.end,
    ...definition.steps.flatMap((step) => [...step.success, ...step.failure, ...step.compensation]),
  ]);
}
