import type { Family, ReadContext } from '../table';
import { toHexId } from '../values';

/** Ids in headers of plain names, by whomever: they mean the same in every house we have seen. */
export const idHeaders: Family = {
  name: 'id-headers',
  title: 'id headers',
  framework: false,
  detect: 'always',
  headers: {
    messageId: ['message-id', 'x-message-id'],
    correlationId: ['correlation-id', 'x-correlation-id', 'correlationid', 'correlation_id'],
    causationId: ['causation-id', 'x-causation-id', 'causationid', 'causation_id'],
    conversationId: ['conversation-id', 'x-conversation-id'],
    sagaId: ['saga-id', 'x-saga-id'],
    replyTo: ['reply-to'],
    attempt: ['attempt', 'x-attempt'],
    // RabbitMQ's own last: a service's count goes over queues. Since 4.3 a delivery that was put back by nack counts only as acquired, so that is how
    // often somebody had it; before 4.3 there is one counter for both.
    retries: ['retry-count', 'x-retry-count', 'x-acquired-count', 'x-delivery-count'],
    contentType: ['content-type', 'contenttype'],
    contentEncoding: ['content-encoding', 'compressed', 'compression', 'x-compression', 'compression-type', 'x-content-encoding'],
  },
  contexts: [
    { system: 'ids', in: 'headers', from: ['trace-id', 'span-id', 'parent-span-id'], read: readIds },
    { system: 'ids', in: 'headers', from: ['x-trace-id', 'x-span-id', 'x-parent-span-id'], read: readIds },
  ],
};

/** Hex is written in lower case and padded; any other id stays as it was sent. */
export function readIds([trace, span, parent]: readonly (string | null)[]): ReadContext | 'malformed' {
  const traceId = anId(trace ?? null, 32);
  if (traceId === null) return 'malformed';
  return { traceId, spanId: anId(span ?? null, 16), parentSpanId: anId(parent ?? null, 16), sampled: null };
}

const anId = (text: string | null, digits: number): string | null =>
  text === null || text === '' ? null : (toHexId(text, digits) ?? text);
