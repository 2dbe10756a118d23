import type { Consumer, Delivery, Message, QueueTransport } from '../../transport/port';
import { deadLetterExchange } from '../channels';
import { causeOf, exceptionHeaders, originHeaders } from '../death-headers';
import { retryCountOf, withRetryCount } from '../envelope';
import { Poison } from '../events';
import { nextStep, retryKey } from '../ladder';
import { QUEUES, type QueueChannel } from '../queues';
import type { Handlers } from '../service-host';
import { findsDeadLetters, ladderTopology, wait } from '../topology';
import { recordDeath, type BurialParts } from './failure';
import type { Reader } from './reader';
import { workOf, type WorkParts } from './work';

export interface QueueReaderParts extends WorkParts, BurialParts {
  readonly rabbitmq: QueueTransport;
  readonly time: (ms: number) => number;
}

/** Reads a queue: acknowledges after the work; what failed is republished, to the ladder or the dead letters, and only then acknowledged. */
export async function queueReader(parts: QueueReaderParts, handlers: Handlers): Promise<Reader> {
  const { binding, rabbitmq, time } = parts;
  const queue: QueueChannel = QUEUES[binding.inbox as keyof typeof QUEUES];
  const noAck = queue.noAck === true;
  const work = workOf(parts, handlers);
  const begun = new Set<Promise<void>>();
  await rabbitmq.declare(ladderTopology(binding, time));

  async function handle(delivery: Delivery): Promise<void> {
    const { message } = delivery;
    const failures = binding.errorHandler === 'requeue' ? deliveriesBefore(message) : retryCountOf(message);
    try {
      await work(message, failures + 1);
      if (!noAck) settle(() => delivery.ack());
    } catch (error) {
      if (parts.signal.aborted) return;
      if (noAck) await recordDeath(parts, message, error, 1);
      else await giveUpOrRetry(delivery, error, failures + 1).catch(() => settle(() => delivery.reject(true)));
    }
  }

  async function giveUpOrRetry(delivery: Delivery, error: unknown, failures: number): Promise<void> {
    const { message, exchange } = delivery;
    const isPoison = error instanceof Poison;
    if (binding.errorHandler === 'requeue' && !isPoison) {
      if (failures > Number(queue.arguments['x-delivery-limit'] ?? Infinity)) await recordDeath(parts, message, error, failures);
      return settle(() => delivery.reject(true));
    }
    const step = nextStep(binding, failures, isPoison);
    const from = originHeaders(message, exchange);
    if (step.kind === 'retry') {
      const key = retryKey(binding.inbox, wait(time, step.delayMs));
      await republish('shop.retry', { ...message, key, headers: withRetryCount({ ...message.headers, ...from }, failures) });
      return settle(() => delivery.ack());
    }
    await recordDeath(parts, message, error, failures);
    // What nobody can read is rejected as it is: the broker moves it, with its own account (x-death).
    if (isPoison && findsDeadLetters(binding.inbox, queue, message.key)) return settle(() => delivery.reject(false));
    await republish(deadLetterExchange(binding.channel), {
      ...message,
      key: binding.inbox,
      headers: withRetryCount({ ...message.headers, ...from, ...exceptionHeaders(causeOf(error)) }, failures - 1),
    });
    settle(() => delivery.ack());
  }

  /** @throws when it is not on the broker: then the delivery goes back to its queue */
  async function republish(exchange: string, message: Message): Promise<void> {
    const { expirationMs: _, ...lasting } = message;
    const outcome = await rabbitmq.publish(exchange, lasting, { mandatory: true });
    if (outcome !== 'confirmed') throw new Error(`${exchange} did not take it: ${outcome}`);
  }

  return {
    open(): Promise<Consumer> {
      const options = { prefetch: binding.prefetch, noAck, ...(queue.tag === undefined ? {} : { tag: queue.tag }) };
      return rabbitmq.consume(binding.inbox, options, (delivery) => {
        const doing = handle(delivery);
        begun.add(doing);
        void doing.finally(() => begun.delete(doing));
      });
    },
    drained: async () => void (await Promise.all(begun)),
    lag: async () => (await rabbitmq.depth(binding.inbox))?.ready ?? 0,
  };
}

/** Quorum queues count deliveries in a header. */
const deliveriesBefore = ({ headers }: Message): number => Number(headers['x-delivery-count'] ?? 0) || 0;

/** On a channel that went away meanwhile the broker delivers again; nothing else is to be done. */
function settle(act: () => void): void {
  try {
    act();
  } catch {
    // closed
  }
}
