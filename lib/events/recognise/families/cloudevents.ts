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

const structuredBody: Family['body'] = {
  messageId: ['id'],
  type: ['type'],
  source: ['source'],
  correlationId: ['correlationid'],
  causationId: ['causationid'],
  publishedAt: ['time'],
  version: ['dataversion'],
};
const REQUIRED = ['specversion', 'id', 'source', 'type'];

/** The envelope is the body itself (`application/cloudevents+json`); told by its four required members. */
export const cloudEventsStructured: Family = {
  name: 'cloudevents-structured',
  title: 'CloudEvents envelope',
  framework: true,
  detect: { body: { all: REQUIRED } },
  body: structuredBody,
  contexts: [{ system: 'w3c', origin: true, in: 'body', from: ['traceparent'], read: ([text]) => readTraceparent(text ?? '') }],
};

/** A list of envelopes in one record: what is said is the first one's. */
export const cloudEventsBatch: Family = {
  name: 'cloudevents-batch',
  title: 'first of a CloudEvents batch',
  framework: true,
  detect: { body: { all: REQUIRED }, value: [{ at: 'content-type', holds: (text) => text.includes('cloudevents-batch') }] },
  body: structuredBody,
};

/** Dapr's CloudEvent; older ones have `traceid` only, which is a traceparent. */
export const dapr: Family = {
  name: 'dapr',
  title: 'Dapr',
  framework: true,
  detect: { body: { all: [...REQUIRED, 'pubsubname'], none: ['traceparent'] } },
  body: structuredBody,
  contexts: [{ system: 'w3c', origin: true, in: 'body', from: ['traceid'], read: ([text]) => readTraceparent(text ?? '') }],
};

export const daprWithParent: Family = { ...dapr, detect: { body: { all: [...REQUIRED, 'pubsubname', 'traceparent'] } }, contexts: [] };
