import type { Family, FieldPlaces } from '../table';
import { readIds } from './id-headers';

/** Headers that go with both envelopes below. One of the first four must be there: `source` alone is too common a name. */
export const houseHeaders: Family = {
  name: 'event-headers',
  title: 'event headers',
  framework: true,
  detect: { headers: ['event-id', 'event-type', 'published-at', 'trace-id'] },
  headers: {
    messageId: ['event-id'],
    type: ['event-type'],
    source: ['source', 'source-service'],
    version: ['version', 'event-version'],
    publishedAt: ['published-at'],
    retries: ['retry-count'],
    aggregateType: ['aggregate-type'],
    aggregateId: ['aggregate-id'],
  },
};

const beside: FieldPlaces = {
  correlationId: ['correlationId', 'correlation_id', 'metadata.correlationId', 'metadata.correlation_id'],
  causationId: ['causationId', 'causation_id', 'metadata.causationId', 'metadata.causation_id'],
  conversationId: ['conversationId', 'metadata.conversationId'],
  sagaId: ['sagaId', 'metadata.sagaId', 'metadata.saga_id'],
  replyTo: ['replyTo', 'metadata.replyTo'],
  retries: ['metadata.retryCount'],
  aggregateType: ['aggregateType', 'metadata.aggregateType'],
  aggregateId: ['aggregateId', 'metadata.aggregateId'],
};
const bodyIds = [
  { system: 'ids' as const, in: 'body' as const, from: ['metadata.traceId', 'metadata.spanId', 'metadata.parentSpanId'], read: readIds },
  { system: 'ids' as const, in: 'body' as const, from: ['traceId', 'spanId', 'parentSpanId'], read: readIds },
];

/** `{ id, type, source, data, timestamp, version, metadata }`; `data` may be missing or null with its fields beside it. */
export const dataEnvelope: Family = {
  name: 'envelope-data',
  title: 'envelope id/type/data',
  framework: true,
  detect: { body: { all: ['id', 'type'], oneOf: ['data', 'source', 'timestamp'], none: ['specversion', 'eventId'] } },
  body: {
    ...beside,
    messageId: ['id'],
    type: ['type'],
    source: ['source', 'metadata.source'],
    version: ['version'],
    publishedAt: ['timestamp'],
  },
  contexts: bodyIds,
};

/** `{ eventId, type | eventType, occurredAt, version, payload }`. */
export const payloadEnvelope: Family = {
  name: 'envelope-payload',
  title: 'envelope eventId/type/payload',
  framework: true,
  detect: { body: { all: ['eventId'], oneOf: ['type', 'eventType'], none: ['specversion'] } },
  body: {
    ...beside,
    messageId: ['eventId'],
    type: ['eventType', 'type'],
    source: ['source', 'metadata.source', 'producer'],
    version: ['version'],
    publishedAt: ['occurredAt', 'timestamp'],
  },
  contexts: bodyIds,
};
