import type { Headers, Message, RecordDelivery } from '../transport/port';

const DETAIL = 500;
const STACK = 2_000;

export interface Cause {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export function causeOf(error: unknown): Cause {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error).slice(0, DETAIL), stack: '' };
  return { name: error.name, message: error.message.slice(0, DETAIL), stack: (error.stack ?? '').slice(0, STACK) };
}

/** Where a message came from before it was republished; the first republisher's word stays. */
export const originHeaders = (message: Message, exchange: string): Headers => ({
  'x-original-exchange': message.headers['x-original-exchange'] ?? exchange,
  'x-original-routingKey': message.headers['x-original-routingKey'] ?? message.key,
});

/** Why it died, in the words of Spring AMQP's republisher, which many tools read. */
export const exceptionHeaders = ({ name, message, stack }: Cause): Headers => ({
  'x-exception-type': name,
  'x-exception-message': message,
  'x-exception-stacktrace': stack,
});

/** On a retry topic, in the words of Spring's retryable topics. `attempts` so far; due at `dueMs`. */
export function springRetryHeaders(record: RecordDelivery, group: string, cause: Cause, attempts: number, dueMs: number): Headers {
  const { headers, timestampMs = 0 } = record.message;
  return {
    ...('kafka_original-topic' in headers ? {} : springPlace('kafka_original', record)),
    'kafka_dlt-original-consumer-group': group,
    'kafka_exception-fqcn': cause.name,
    'kafka_exception-message': cause.message,
    'kafka_exception-stacktrace': cause.stack,
    'retry_topic-attempts': int32(attempts),
    'retry_topic-backoff-timestamp': minimalBytes(dueMs),
    'retry_topic-original-timestamp': headers['retry_topic-original-timestamp'] ?? minimalBytes(timestampMs),
  };
}

/** On a dead-letter topic, in the words of Spring's recoverer. The place is the first one, before any retry topic. */
export function springDeathHeaders(record: RecordDelivery, group: string, cause: Cause): Headers {
  const { headers } = record.message;
  const first = (name: string): Headers => {
    const known = headers[`kafka_original-${name}`];
    return known === undefined ? {} : { [`kafka_dlt-original-${name}`]: known };
  };
  return {
    ...springPlace('kafka_dlt-original', record),
    ...first('topic'),
    ...first('partition'),
    ...first('offset'),
    ...first('timestamp'),
    'kafka_dlt-original-consumer-group': group,
    'kafka_dlt-exception-fqcn': cause.name,
    'kafka_dlt-exception-message': cause.message,
    'kafka_dlt-exception-stacktrace': cause.stack,
  };
}

/** On a sink connector's dead-letter queue: every value is text. */
export const connectDeathHeaders = ({ topic, partition, offset }: RecordDelivery, connector: string, cause: Cause): Headers => ({
  '__connect.errors.topic': topic,
  '__connect.errors.partition': String(partition),
  '__connect.errors.offset': String(offset),
  '__connect.errors.connector.name': connector,
  '__connect.errors.task.id': '0',
  '__connect.errors.stage': 'VALUE_CONVERTER',
  '__connect.errors.class.name': 'shop.reporting.Converter',
  '__connect.errors.exception.class.name': cause.name,
  '__connect.errors.exception.message': cause.message,
  '__connect.errors.exception.stacktrace': cause.stack,
});

const springPlace = (prefix: string, { topic, partition, offset, message }: RecordDelivery): Headers => ({
  [`${prefix}-topic`]: topic,
  [`${prefix}-partition`]: int32(partition),
  [`${prefix}-offset`]: int64(offset),
  [`${prefix}-timestamp`]: int64(message.timestampMs ?? 0),
  [`${prefix}-timestamp-type`]: 'CreateTime',
});

/** Due time of a record on a retry topic, milliseconds since 1970. */
export function dueAt({ headers }: Message): number {
  const bytes = headers['retry_topic-backoff-timestamp'];
  return bytes instanceof Uint8Array ? Number(BigInt(`0x${Buffer.from(bytes).toString('hex')}`)) : 0;
}

export function retryAttempts({ headers }: Message): number {
  const bytes = headers['retry_topic-attempts'];
  return bytes instanceof Uint8Array && bytes.length === 4 ? Buffer.from(bytes).readInt32BE() : 0;
}

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(Math.floor(value)));
  return bytes;
}

/** As Java's BigInteger writes a positive number: as few bytes as hold it and its sign. */
function minimalBytes(value: number): Uint8Array {
  const hex = Math.max(0, Math.floor(value)).toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(Number.parseInt(even.slice(0, 2), 16) > 127 ? `00${even}` : even, 'hex');
}
