import type { Family } from '../table';
import { readTraceparent } from './w3c';
import { jaeger } from './tracers';
import { oneMore } from '../values';

/** Spring AMQP's JSON converter, told from Spring Kafka's by the property that it always sets. Its `content-encoding` names a charset. */
export const springAmqp: Family = {
  name: 'spring-amqp',
  title: 'Spring AMQP',
  framework: true,
  detect: {
    allHeaders: ['__typeid__'],
    noHeaders: ['spring_json_header_types'],
    value: [{ at: { property: 'content-type' }, holds: () => true }],
  },
  headers: { type: ['__typeid__'], correlationId: ['spring_returned_message_correlation'] },
};

/** Request and reply over Kafka, as Spring and NestJS do it. Spring's correlation id is 16 bytes, NestJS's is text. */
export const kafkaRequestReply: Family = {
  name: 'kafka-request-reply',
  title: 'request and reply over Kafka',
  framework: false,
  detect: { headers: ['kafka_correlationid', 'kafka_replytopic'] },
  headers: { correlationId: ['kafka_correlationid'], replyTo: ['kafka_replytopic'] },
  binary: { kafka_correlationid: 'uuid' },
};

const axonHeaders: Family['headers'] = {
  messageId: ['axon-message-id'],
  type: ['axon-message-name', 'axon-message-type'],
  version: ['axon-message-revision'],
  publishedAt: ['axon-message-timestamp'],
  aggregateType: ['axon-message-aggregate-type'],
  aggregateId: ['axon-message-aggregate-id'],
};

/**
 * Axon. One header name has two meanings: in version 4 `correlationId` is the parent and `traceId` the root, in version 5 `correlationId` is
 * the root and `causationId` the parent. Which it is shows by the other one.
 */
export const axon: Family = {
  name: 'axon',
  title: 'Axon',
  framework: true,
  detect: { headers: ['axon-message-id'], noHeaders: ['axon-metadata-traceid'] },
  headers: { ...axonHeaders, correlationId: ['axon-metadata-correlationid'], causationId: ['axon-metadata-causationid'] },
  binary: { 'axon-message-timestamp': 'int' },
};

export const axon4: Family = {
  ...axon,
  title: 'Axon 4',
  detect: { allHeaders: ['axon-message-id', 'axon-metadata-traceid'] },
  headers: { ...axonHeaders, correlationId: ['axon-metadata-traceid'], causationId: ['axon-metadata-correlationid'] },
};

/** Eventuate Tram. */
export const eventuate: Family = {
  name: 'eventuate',
  title: 'Eventuate Tram',
  framework: true,
  detect: { allHeaders: ['id', 'destination'], headers: ['command_type', 'reply_type', 'event-type', 'event-aggregate-type'] },
  headers: {
    messageId: ['id'],
    type: ['command_type', 'reply_type', 'event-type'],
    sagaId: ['command_saga_id', 'commandreply_saga_id'],
    causationId: ['reply_to_message_id', 'commandreply_reply_to'],
    replyTo: ['command_reply_to'],
    publishedAt: ['date'],
    aggregateType: ['event-aggregate-type'],
    aggregateId: ['event-aggregate-id'],
  },
};

/** The record that Eventuate's own CDC writes: the headers are a member of the body. */
export const eventuateBody: Family = {
  name: 'eventuate-body',
  title: 'Eventuate Tram record',
  framework: true,
  detect: { body: { all: ['payload', 'headers.ID', 'headers.DESTINATION'] } },
  body: {
    messageId: ['headers.ID'],
    type: ['headers.command_type', 'headers.reply_type', 'headers.event-type'],
    sagaId: ['headers.command_saga_id', 'headers.commandreply_saga_id'],
    causationId: ['headers.reply_to_message_id'],
    replyTo: ['headers.command_reply_to'],
    publishedAt: ['headers.DATE'],
    aggregateType: ['headers.event-aggregate-type'],
    aggregateId: ['headers.event-aggregate-id'],
  },
};

/** Debezium's event router: the aggregate's type is the end of the topic, its id the record's key. */
export const debeziumOutbox: Family = {
  name: 'debezium-outbox',
  title: 'Debezium outbox',
  framework: true,
  detect: { channel: 'outbox.event.*', allHeaders: ['id'] },
  headers: { messageId: ['id'], type: ['eventtype', 'type'] },
  record: { aggregateType: 'channel', aggregateId: 'key' },
  clean: {
    aggregateType: (text) => text.slice('outbox.event.'.length) || null,
    aggregateId: (text) => (text.startsWith('{') ? payloadOf(text) : text.replace(/^"(.*)"$/, '$1')),
  },
  contexts: [
    {
      system: 'w3c',
      in: 'headers',
      from: ['tracingspancontext'],
      read: ([text]) => {
        const found = /^traceparent=(\S+)$/m.exec(text ?? '')?.[1];
        const uber = /^uber-trace-id=(\S+)$/m.exec(text ?? '')?.[1];
        if (found !== undefined) return readTraceparent(found);
        return uber === undefined ? null : (jaeger.contexts?.[0]?.read([uber.replaceAll('\\', '')]) ?? null);
      },
    },
  ],
};

/** Of a key that Kafka Connect wrote with its schema: `{ "schema": …, "payload": "o-17" }`. */
function payloadOf(text: string): string | null {
  try {
    const { payload } = JSON.parse(text) as { readonly payload?: unknown };
    return typeof payload === 'string' || typeof payload === 'number' ? String(payload) : null;
  } catch {
    return null;
  }
}

/** A row that changed. Its type is the operation: `c` created, `u` updated, `d` deleted, `r` read by a snapshot. */
export const debezium: Family = {
  name: 'debezium',
  title: 'Debezium',
  framework: true,
  detect: { body: { all: ['op', 'source', 'ts_ms'], oneOf: ['before', 'after'] } },
  body: { type: ['op'], source: ['source.name'], correlationId: ['transaction.id'], publishedAt: ['ts_ms'] },
  keysIn: ['after', 'before'],
};

const kafkaErrors = (name: string, title: string, prefix: string, more: object): Family => ({
  name,
  title,
  framework: true,
  detect: { headers: [`${prefix}.topic`, `${prefix}.message`] },
  failure: {
    detect: [`${prefix}.topic`, `${prefix}.message`],
    marksDeadLetter: true,
    message: [`${prefix}.message`],
    channel: [`${prefix}.topic`],
    partition: [`${prefix}.partition`],
    offset: [`${prefix}.offset`],
    ...more,
  },
});

/** Dead letters of Kafka Streams (4.2). */
export const kafkaStreams = kafkaErrors('kafka-streams', 'Kafka Streams', '__streams.errors', {
  cause: ['__streams.errors.exception'],
  stack: ['__streams.errors.stacktrace'],
});

/** Dead letters of share groups: headers of the original are not copied by the broker. */
export const kafkaShareGroup = kafkaErrors('kafka-share-group', 'Kafka share group', '__dlq.errors', {
  group: ['__dlq.errors.group'],
  count: ['__dlq.errors.delivery.count'],
});

/** Confluent's wire format, by its magic byte: the schema's id says what the rest is. */
export const confluent: Family = {
  name: 'confluent',
  title: 'Confluent wire format',
  framework: true,
  detect: { schema: true },
};

/** Confluent's serialisers when they name the schema in a header: the payload is bare then. */
export const confluentHeader: Family = {
  name: 'confluent',
  title: 'Confluent schema id header',
  framework: true,
  detect: { headers: ['__value_schema_id', '__key_schema_id'] },
};

/** Apicurio's serialisers when they name the schema in headers. */
export const apicurio: Family = {
  name: 'apicurio',
  title: 'Apicurio Registry',
  framework: true,
  detect: {
    headers: [
      'apicurio.value.contentid',
      'apicurio.value.globalid',
      'apicurio.value.artifactid',
      'apicurio.value.encoding',
      'apicurio.key.contentid',
      'apicurio.key.globalid',
    ],
  },
};

/** Quarkus and everything on SmallRye Reactive Messaging. */
export const smallRye: Family = {
  name: 'smallrye',
  title: 'SmallRye (Quarkus)',
  framework: true,
  detect: { headers: ['dead-letter-reason', 'dead-letter-topic'] },
  failure: {
    detect: ['dead-letter-reason', 'dead-letter-topic'],
    marksDeadLetter: true,
    cause: ['dead-letter-cause-class-name', 'dead-letter-exception-class-name'],
    message: ['dead-letter-reason', 'dead-letter-cause'],
    channel: ['dead-letter-topic'],
    partition: ['dead-letter-partition'],
    offset: ['dead-letter-offset'],
  },
};

/** Its delayed retries: no dead letter yet, and the same headers when it becomes one. */
export const smallRyeRetry: Family = {
  name: 'smallrye',
  title: 'SmallRye delayed retry',
  framework: true,
  detect: { headers: ['delayed-retry-count', 'delayed-retry-topic'] },
  failure: {
    detect: ['delayed-retry-reason', 'delayed-retry-topic'],
    marksDeadLetter: false,
    cause: ['delayed-retry-cause-class-name', 'delayed-retry-exception-class-name'],
    message: ['delayed-retry-reason', 'delayed-retry-cause'],
    channel: ['delayed-retry-topic'],
    partition: ['delayed-retry-partition'],
    offset: ['delayed-retry-offset'],
  },
};

/** In a retry topic the count is of those before this one, from 0. */
export const smallRyeRetryTopic: Family = {
  name: 'smallrye',
  title: 'SmallRye retry topic',
  framework: true,
  detect: { allHeaders: ['delayed-retry-count'], channel: '*_retry_*' },
  headers: { retries: ['delayed-retry-count'] },
  clean: { retries: oneMore },
};

export const camel: Family = {
  name: 'camel',
  title: 'Apache Camel',
  framework: true,
  detect: { headers: ['breadcrumbid', 'camelredeliverycounter', 'camelfailureendpoint'] },
  headers: { correlationId: ['breadcrumbid'], retries: ['camelredeliverycounter'] },
  failure: {
    detect: ['camelfailureendpoint', 'camelexceptioncaught'],
    marksDeadLetter: false,
    message: ['camelexceptioncaught'],
    stack: ['camelexceptionstacktrace'],
    reason: ['camelfailureendpoint'],
  },
};
