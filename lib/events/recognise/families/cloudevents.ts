import type { Family } from '../table';
import { readTraceparent } from './w3c';

/** Kafka writes `ce_`, AMQP `cloudEvents:` (or `cloudEvents_`, since some brokers mind the colon), HTTP bridges `ce-`. */
const PREFIXES = ['ce_', 'cloudevents:', 'cloudevents_', 'ce-'];
const named = (...names: string[]): string[] => names.flatMap((name) => PREFIXES.map((prefix) => prefix + name));

export const cloudEventsBinary: Family = {
  name: 'cloudevents-binary',
  title: 'CloudEvents',
  framework: true,
  detect: { headers: named('specversion') },
  headers: {
    messageId: named('id'),
    type: named('type'),
    source: named('source'),
    correlationId: named('correlationid'),
    causationId: named('causationid'),
    publishedAt: named('time', 'recordedtime'),
    contentType: named('datacontenttype'),
    version: named('dataversion'),
  },
  contexts: PREFIXES.map((prefix) => ({
    system: 'w3c',
    origin: true,
    in: 'headers',
    from: [`${prefix}traceparent`],
    read: ([text]) => readTraceparent(text ?? ''),
  })),
};

/** The envelope is the body itself (`application/cloudevents+json`); told by its four required members. */
export const cloudEventsStructured: Family = {
  name: 'cloudevents-structured',
  title: 'CloudEvents envelope',
  framework: true,
  detect: { body: { all: ['specversion', 'id', 'source', 'type'] } },
  body: {
    messageId: ['id'],
    type: ['type'],
    source: ['source'],
    correlationId: ['correlationid'],
    causationId: ['causationid'],
    publishedAt: ['time'],
    version: ['dataversion'],
  },
  contexts: [{ system: 'w3c', origin: true, in: 'body', from: ['traceparent'], read: ([text]) => readTraceparent(text ?? '') }],
};
