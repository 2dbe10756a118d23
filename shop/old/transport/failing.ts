import { setTimeout as sleep } from 'node:timers/promises';
import { Poison, type Handler, type Message, type Subscription } from './port';

/** Where the dead letters of an exchange and of one of its queues go. */
export const deadLetterExchange = (channel: string): string => `${channel}.dlx`;
export const deadLetterQueue = (inbox: string): string => `${inbox}.dlq`;
/** Where what `group` could not handle of `topic` goes (Spring's naming, with Spring's headers). */
export const deadLetterTopic = (topic: string, group: string): string => `${topic}-${group}-dlt`;

export interface Failed {
  readonly error: unknown;
  readonly attempts: number;
}

/** Tries in place until the attempts are used up; gives the last error, or null when the work is done. Poison is tried once. */
export async function attempt(
  { attempts = 3, retryDelayMs = 50 }: Subscription,
  handler: Handler,
  message: Message,
  between: () => Promise<void> = async () => {},
): Promise<Failed | null> {
  for (let count = 1; ; count += 1) {
    try {
      await handler(message, { attempt: count });
      return null;
    } catch (error) {
      if (count >= attempts || error instanceof Poison) return { error, attempts: count };
      await sleep(retryDelayMs * count);
      await between();
    }
  }
}

/** Why a message died, in the words of Spring AMQP's republisher, which many tools read. */
export function deathHeaders(
  { error, attempts }: Failed,
  from: { readonly exchange: string; readonly routingKey: string },
): Record<string, string> {
  const why = causeOf(error);
  return {
    'x-exception-type': why.name,
    'x-exception-message': why.message,
    'x-exception-stacktrace': why.stack,
    'x-original-exchange': from.exchange,
    'x-original-routingKey': from.routingKey,
    'retry-count': String(attempts - 1),
  };
}

/** The same in the words of Spring Kafka: numbers are big-endian bytes. */
export function springDeathHeaders(
  { error, attempts }: Failed,
  from: {
    readonly topic: string;
    readonly group: string;
    readonly partition: number;
    readonly offset: number;
    readonly timestampMs: number;
  },
): Record<string, string | Buffer> {
  const why = causeOf(error);
  const partition = Buffer.alloc(4);
  partition.writeInt32BE(from.partition);
  return {
    'kafka_dlt-original-topic': from.topic,
    'kafka_dlt-original-partition': partition,
    'kafka_dlt-original-offset': int64(from.offset),
    'kafka_dlt-original-timestamp': int64(from.timestampMs),
    'kafka_dlt-original-timestamp-type': 'CreateTime',
    'kafka_dlt-original-consumer-group': from.group,
    'kafka_dlt-exception-fqcn': why.name,
    'kafka_dlt-exception-message': why.message,
    'kafka_dlt-exception-stacktrace': why.stack,
    'retry-count': String(attempts - 1),
  };
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function causeOf(error: unknown): { name: string; message: string; stack: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error).slice(0, 500), stack: '' };
  return { name: error.name, message: error.message.slice(0, 500), stack: (error.stack ?? '').slice(0, 2_000) };
}
