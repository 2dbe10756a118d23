import type { Family } from '../table';
import { oneMore } from '../values';

/** NestJS over Kafka: what only its replies have. Requests are told by `kafka-request-reply`. */
export const nestJs: Family = {
  name: 'nestjs',
  title: 'NestJS',
  framework: true,
  detect: { headers: ['kafka_nest-err', 'kafka_nest-is-disposed'] },
  failure: {
    detect: ['kafka_nest-err'],
    marksDeadLetter: false,
    cause: ['kafka_nest-err'],
    message: ['kafka_nest-err'],
    clean: { cause: (text) => memberOf(text, 'name'), message: (text) => memberOf(text, 'message') ?? text },
  },
};

/** An error that is no text is written as JSON. */
function memberOf(text: string, name: string): string | null {
  if (text[0] !== '{') return null;
  try {
    const value = (JSON.parse(text) as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

/** NestJS over RabbitMQ. */
export const nestJsBody: Family = {
  name: 'nestjs-body',
  title: 'NestJS envelope',
  framework: true,
  detect: { body: { all: ['pattern', 'data'] } },
  body: { type: ['pattern', 'pattern.cmd', 'pattern.event'], messageId: ['id'] },
};

/** A reply of NestJS over RabbitMQ; the property says of which request. */
export const nestJsReply: Family = {
  name: 'nestjs-body',
  title: 'NestJS reply',
  framework: true,
  detect: { body: { all: ['isDisposed'], oneOf: ['response', 'err'] } },
  body: { correlationId: ['id'] },
  keysIn: ['response'],
  failure: { detect: [], marksDeadLetter: false, inBody: { cause: ['err.name'], message: ['err.message', 'err'], stack: ['err.stack'] } },
};

export const moleculer: Family = {
  name: 'moleculer',
  title: 'Moleculer',
  framework: true,
  detect: { body: { all: ['ver', 'sender'], oneOf: ['event', 'action'] } },
  body: {
    messageId: ['id'],
    type: ['event', 'action'],
    source: ['caller', 'sender'],
    correlationId: ['requestID'],
    causationId: ['parentID'],
  },
  keysIn: ['data', 'params'],
};

/** Its answer to a request: it bears the request's id. */
export const moleculerResponse: Family = {
  name: 'moleculer',
  title: 'Moleculer response',
  framework: true,
  detect: { body: { all: ['ver', 'sender', 'success'] } },
  body: { source: ['sender'], correlationId: ['id'] },
  keysIn: ['data'],
  failure: { detect: [], marksDeadLetter: false, inBody: { cause: ['error.name'], message: ['error.message'], stack: ['error.stack'] } },
};

/** Celery, protocol 2. */
export const celery: Family = {
  name: 'celery',
  title: 'Celery',
  framework: true,
  detect: { allHeaders: ['task', 'id', 'lang'] },
  headers: {
    messageId: ['id'],
    type: ['task'],
    source: ['origin'],
    conversationId: ['root_id'],
    causationId: ['parent_id'],
    sagaId: ['group'],
    retries: ['retries'],
  },
};

/** Celery, protocol 1. */
export const celeryBody: Family = {
  name: 'celery-body',
  title: 'Celery 1',
  framework: true,
  detect: { body: { all: ['task', 'id', 'args', 'kwargs'] } },
  body: { messageId: ['id'], type: ['task'], retries: ['retries'], sagaId: ['taskset'] },
  keysIn: ['kwargs'],
};

export const dramatiq: Family = {
  name: 'dramatiq',
  title: 'Dramatiq',
  framework: true,
  detect: { body: { all: ['actor_name', 'queue_name', 'message_id'] } },
  body: { messageId: ['message_id'], type: ['actor_name'], retries: ['options.retries'], publishedAt: ['message_timestamp'] },
  keysIn: ['kwargs'],
  failure: {
    detect: [],
    marksDeadLetter: false,
    inBody: { cause: ['options.traceback'], message: ['options.traceback'], stack: ['options.traceback'] },
    clean: {
      cause: (text) => lastOfTraceback(text)?.[1] ?? null,
      message: (text) => lastOfTraceback(text)?.[2] ?? text,
    },
  },
};

/** `ValueError: no stock`, the last line of Python's traceback that is no place. */
const lastOfTraceback = (text: string): RegExpExecArray | null => {
  const line = text
    .slice(-2_000)
    .split('\n')
    .findLast((one) => /^[A-Za-z_][\w.]*(?:: |$)/.test(one));
  return line === undefined ? null : /^([A-Za-z_][\w.]*)(?:: (.*))?$/.exec(line);
};

/** FastStream writes plain names; others do too, so no framework is named. */
export const fastStream: Family = {
  name: 'faststream',
  title: 'FastStream or alike',
  framework: false,
  detect: { headers: ['correlation_id', 'reply_to'] },
  headers: { correlationId: ['correlation_id'], replyTo: ['reply_to'] },
};

export const watermill: Family = {
  name: 'watermill',
  title: 'Watermill',
  framework: true,
  detect: { headers: ['_watermill_message_uuid'] },
  headers: { messageId: ['_watermill_message_uuid'], type: ['name'], correlationId: ['correlation_id'] },
  failure: {
    detect: ['reason_poisoned', 'topic_poisoned'],
    marksDeadLetter: true,
    message: ['reason_poisoned'],
    reason: ['handler_poisoned'],
    channel: ['topic_poisoned'],
  },
};

/** A job of Sidekiq and of those who write the same JSON. */
export const sidekiq: Family = {
  name: 'sidekiq',
  title: 'Sidekiq job',
  framework: true,
  detect: { body: { all: ['jid', 'class', 'args'] } },
  body: {
    messageId: ['jid'],
    // ActiveJob’s jobs are all of one class, and say which they are.
    type: ['wrapped', 'class'],
    publishedAt: ['enqueued_at', 'created_at'],
    correlationId: ['bid'],
    retries: ['retry_count'],
  },
  // It is absent at first and 0 after the first failure.
  clean: { retries: oneMore },
  failure: { detect: [], marksDeadLetter: false, inBody: { cause: ['error_class'], message: ['error_message'] } },
};
