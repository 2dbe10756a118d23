import type { BindingDeclaration, ExchangeDeclaration, QueueDeclaration, QueueTopology, TopicDeclaration } from '../transport/port';
import type { Binding } from './bindings';
import { byChannel, deadLetterExchange, deadLetterQueue, deadLetterTopic, EXCHANGES, REPORTING_DLQ, retryTopic, TOPICS } from './channels';
import type { ExchangeChannel, ExchangeName, TopicChannel } from './channels';
import { QUEUES, type QueueChannel } from './queues';
import { retryKey, retryQueue } from './ladder';

/**
 * Everything that is durable on RabbitMQ, from the data: exchanges, queues with exactly their arguments, their dead letters. What is declared is
 * there before the first service starts, so that nothing is lost that is published to one that starts later.
 */
export function queueTopology(): QueueTopology {
  const queues: QueueDeclaration[] = [];
  const bindings: BindingDeclaration[] = [];
  for (const [name, queue] of Object.entries(QUEUES) as [string, QueueChannel][]) {
    queues.push({ name, arguments: queue.arguments });
    for (const key of queue.keys) bindings.push(bindingOf(name, queue.exchange, key));
    if (!exchangeOf(queue.exchange).deadLetters) continue;
    queues.push({ name: deadLetterQueue(name) });
    for (const key of deathKeys(name, queue))
      bindings.push({ queue: deadLetterQueue(name), exchange: deadLetterExchange(queue.exchange), key });
  }
  return { exchanges: exchanges(), queues, bindings };
}

const exchangeOf = (name: ExchangeName): ExchangeChannel => EXCHANGES[name];

const bindingOf = (queue: string, exchange: ExchangeName, key: string): BindingDeclaration =>
  EXCHANGES[exchange].type === 'headers' ? byChannel(queue, key) : { queue, exchange, key };

/**
 * A dead letter's key is the queue's name, by its dead-letter routing key, or because it came back from the ladder. A queue that names no such
 * key lets its letters die under the key they came with: then the concrete keys lead to the dead letters too, or they vanish.
 */
function deathKeys(name: string, { arguments: args, keys }: QueueChannel): string[] {
  const keepsKey = 'x-dead-letter-exchange' in args && !('x-dead-letter-routing-key' in args);
  return keepsKey ? [name, ...keys.flatMap((key) => CONCRETE[key] ?? [key])] : [name];
}

/** Whether the broker finds the dead letters of a queue for a message that came with this key: a key that only its pattern knows leads nowhere. */
export const findsDeadLetters = (name: string, queue: QueueChannel, key: string): boolean =>
  'x-dead-letter-exchange' in queue.arguments && ('x-dead-letter-routing-key' in queue.arguments || deathKeys(name, queue).includes(key));

/** A direct exchange knows no patterns. */
const CONCRETE: Readonly<Record<string, readonly string[]>> = {
  'payment.*': ['payment.completed', 'payment.failed', 'payment.refunded'],
};

function exchanges(): ExchangeDeclaration[] {
  return (Object.entries(EXCHANGES) as [string, ExchangeChannel][]).flatMap(([name, { type, alternate, arguments: args, deadLetters }]) => [
    { name, type, ...(alternate === undefined ? {} : { alternate }), ...(args === undefined ? {} : { arguments: args }) },
    ...(deadLetters ? [{ name: deadLetterExchange(name), type: 'direct' as const }] : []),
  ]);
}

/** The retry queues of a consumer: `Q.<ms>` leads to a queue whose messages expire after so long and go back to Q. */
export function ladderTopology({ inbox, ladder, errorHandler }: Binding, time: (ms: number) => number): QueueTopology {
  const steps = errorHandler === 'ladder' ? ladder.map((ms) => wait(time, ms)) : [];
  return {
    exchanges: [],
    queues: [...new Set(steps)].map((ms) => ({
      name: retryQueue(inbox, ms),
      arguments: { 'x-message-ttl': ms, 'x-dead-letter-exchange': 'shop.requeue', 'x-dead-letter-routing-key': inbox },
    })),
    bindings: [
      ...steps.map((ms) => ({ queue: retryQueue(inbox, ms), exchange: 'shop.retry', key: retryKey(inbox, ms) })),
      ...(steps.length === 0 ? [] : [{ queue: inbox, exchange: 'shop.requeue', key: inbox }]),
    ],
  };
}

/** Whole milliseconds after the time factor. */
export const wait = (time: (ms: number) => number, ms: number): number => Math.max(1, Math.round(time(ms)));

export const topicTopology = (): TopicDeclaration[] => [
  ...(Object.entries(TOPICS) as [string, TopicChannel][]).map(([name, { partitions, config = {} }]) => ({ name, partitions, config })),
  { name: REPORTING_DLQ, partitions: 1 },
];

/** Topics of one consumer group: its retries and its dead letters. */
export function groupTopics({ channel, inbox, errorHandler, ladder }: Binding): TopicDeclaration[] {
  const dead = { name: deadLetterTopic(channel, inbox), partitions: 1 };
  if (errorHandler === 'in-place') return [dead];
  if (errorHandler !== 'retry-topics') return [];
  return [...ladder.map((_, step) => ({ name: retryTopic(channel, inbox, step), partitions: 1 })), dead];
}
