import type { Family } from '../table';

/** Kafka Connect's sink dead letters (only with `context.headers.enable`): text, numbers too. A sink's group is `connect-<connector>`. */
export const kafkaConnect: Family = {
  name: 'kafka-connect',
  title: 'Kafka Connect',
  framework: true,
  detect: { headers: ['__connect.errors.topic', '__connect.errors.exception.class.name'] },
  failure: {
    detect: ['__connect.errors.topic', '__connect.errors.exception.class.name'],
    marksDeadLetter: true,
    cause: ['__connect.errors.exception.class.name'],
    message: ['__connect.errors.exception.message'],
    stack: ['__connect.errors.exception.stacktrace'],
    reason: ['__connect.errors.stage'],
    group: ['__connect.errors.connector.name'],
    groupPrefix: 'connect-',
    channel: ['__connect.errors.topic'],
    partition: ['__connect.errors.partition'],
    offset: ['__connect.errors.offset'],
  },
};
