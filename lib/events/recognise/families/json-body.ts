import type { Family } from '../table';

/** A JSON object in no envelope that we know: only names that can hardly mean anything else. */
export const jsonBody: Family = {
  name: 'json',
  title: 'JSON body',
  framework: false,
  detect: { body: { all: [] } },
  body: {
    type: ['eventType', 'event_type', 'type'],
    messageId: ['eventId', 'event_id', 'messageId', 'message_id'],
    correlationId: ['correlationId', 'correlation_id', 'metadata.correlationId'],
    causationId: ['causationId', 'causation_id', 'metadata.causationId'],
    sagaId: ['sagaId', 'saga_id'],
    source: ['metadata.source'],
  },
};
