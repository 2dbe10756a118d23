import type { Family } from '../table';

/** Spring Kafka's recoverer: numbers are big-endian bytes; a record that goes round carries several of each, the first is the true origin. */
export const springKafka: Family = {
  name: 'spring-kafka',
  title: 'Spring Kafka',
  framework: true,
  detect: {
    headers: [
      'kafka_dlt-original-topic',
      'kafka_original-topic',
      'spring_json_header_types',
      'kafka_dlt-exception-fqcn',
      'kafka_deliveryattempt',
      'retry_topic-attempts',
    ],
  },
  headers: { type: ['__typeid__'], attempt: ['retry_topic-attempts', 'kafka_deliveryattempt'] },
  binary: { 'retry_topic-attempts': 'int', kafka_deliveryattempt: 'int' },
  failure: {
    detect: ['kafka_dlt-original-topic', 'kafka_dlt-exception-fqcn', 'kafka_dlt-exception-message'],
    marksDeadLetter: true,
    bigEndian: true,
    cause: ['kafka_dlt-exception-cause-fqcn', 'kafka_dlt-exception-fqcn', 'kafka_dlt-key-exception-fqcn'],
    message: ['kafka_dlt-exception-message', 'kafka_dlt-key-exception-message'],
    stack: ['kafka_dlt-exception-stacktrace', 'kafka_dlt-key-exception-stacktrace'],
    count: ['retry_topic-attempts', 'kafka_deliveryattempt'],
    group: ['kafka_dlt-original-consumer-group'],
    channel: ['kafka_dlt-original-topic'],
    partition: ['kafka_dlt-original-partition'],
    offset: ['kafka_dlt-original-offset'],
  },
};

/** Its JSON serialiser alone writes only the type. */
export const springKafkaTypes: Family = {
  name: 'spring-kafka',
  title: 'Spring Kafka',
  framework: true,
  detect: { allHeaders: ['__typeid__'], noHeaders: ['spring_json_header_types'] },
  headers: { type: ['__typeid__'] },
};

/** The same recoverer in retry topics: no dead letter yet, the group's header keeps its `dlt-`. */
export const springRetryTopics: Family = {
  name: 'spring-retry-topic',
  title: 'Spring retry topic',
  framework: false,
  detect: 'always',
  failure: {
    detect: ['kafka_original-topic', 'kafka_exception-fqcn'],
    marksDeadLetter: false,
    bigEndian: true,
    cause: ['kafka_exception-cause-fqcn', 'kafka_exception-fqcn'],
    message: ['kafka_exception-message'],
    stack: ['kafka_exception-stacktrace'],
    count: ['retry_topic-attempts'],
    group: ['kafka_dlt-original-consumer-group'],
    channel: ['kafka_original-topic'],
    partition: ['kafka_original-partition'],
    offset: ['kafka_original-offset'],
  },
};

/** Spring Cloud Stream's Kafka binder, and everybody who writes `x-original-topic`. */
export const springCloudStream: Family = {
  name: 'x-original-topic',
  title: 'x-original headers',
  framework: false,
  detect: 'always',
  failure: {
    detect: ['x-original-topic'],
    marksDeadLetter: true,
    bigEndian: true,
    cause: ['x-exception-cause-fqcn', 'x-exception-fqcn', 'x-exception-class', 'x-exception-type'],
    message: ['x-exception-message'],
    stack: ['x-exception-stacktrace'],
    count: ['x-retry-count', 'retry-count'],
    group: ['x-original-group', 'x-original-consumer-group'],
    channel: ['x-original-topic'],
    partition: ['x-original-partition'],
    offset: ['x-original-offset'],
  },
};

/** Spring AMQP's RepublishMessageRecoverer, and services that publish their dead letters themselves in its manner. */
export const springAmqpRepublish: Family = {
  name: 'amqp-republish',
  title: 'republished with x-exception headers',
  framework: false,
  detect: 'always',
  failure: {
    detect: ['x-exception-message', 'x-exception-stacktrace', 'x-original-exchange'],
    systems: ['rabbitmq'],
    marksDeadLetter: false,
    cause: ['x-exception-cause-fqcn', 'x-exception-fqcn', 'x-exception-class', 'x-exception-type', 'x-exception-name'],
    message: ['x-exception-message'],
    stack: ['x-exception-stacktrace'],
    count: ['x-retry-count', 'retry-count'],
    channel: ['x-original-exchange'],
    routingKey: ['x-original-routingkey', 'x-original-routing-key'],
    group: ['x-original-queue'],
  },
};
