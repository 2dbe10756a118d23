import type { Family } from '../table';

/**
 * AMQP 0-9-1 basic properties. `timestamp` is whole seconds and already the record's own `publishedAt`; the broker's timestamp interceptor
 * writes the milliseconds beside it.
 */
export const amqpProperties: Family = {
  name: 'amqp-properties',
  title: 'AMQP property',
  framework: false,
  detect: 'always',
  headers: { publishedAt: ['timestamp_in_ms'] },
  properties: {
    messageId: ['message-id'],
    type: ['type'],
    source: ['app-id'],
    correlationId: ['correlation-id'],
    replyTo: ['reply-to'],
    contentType: ['content-type'],
    contentEncoding: ['content-encoding'],
  },
  // Some put the body's content type here.
  clean: { type: (text) => (text.startsWith('application/') || text.startsWith('text/') ? null : text) },
};
