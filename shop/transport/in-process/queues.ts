import type { Arguments, Consumer, ConsumeOptions, Delivery, LinkState, QueueDeclaration, QueueTopology, QueueTransport } from '../port';
import type { EngineClient, EngineQueueOptions } from './engine';
import { fromAmqp, toAmqp } from './messages';

/** Exchanges and queues of the engine. */
export function inProcessQueues(client: EngineClient, ends: { close(): Promise<void>; crash(): void }): QueueTransport {
  const state = (): LinkState => (client.up('queues') ? 'connected' : 'disconnected');

  function declare({ exchanges, queues, bindings }: QueueTopology): void {
    for (const { name, type, alternate } of exchanges)
      client.declareExchange(name, { type, durable: true, ...(alternate === undefined ? {} : { alternate }) });
    for (const queue of queues) client.declareQueue(queue.name, optionsOf(queue));
    for (const { queue, exchange, key, arguments: args } of bindings) client.bindQueue(queue, exchange, key, args);
  }

  return {
    ...ends,
    kind: 'in-process',
    state,
    onState: (listener) => client.onLink((side, up) => side === 'queues' && listener(up ? 'connected' : 'disconnected')),
    declare: async (topology) => declare(topology),
    publish: (exchange, message, { mandatory = false } = {}) =>
      client.publish({ exchange, routingKey: message.key, headers: toAmqp(message), body: message.body, mandatory }),
    async consume(queue, options, onDelivery) {
      return consumeForGood(client, queue, options, onDelivery, declare);
    },
    async depth(queue) {
      try {
        const { ready, consumers } = client.queueCounts(queue);
        return { ready, consumers };
      } catch {
        return null;
      }
    },
    async get(queue) {
      const message = client.get(queue);
      return message === null ? null : fromAmqp(message);
    },
  };
}

function consumeForGood(
  client: EngineClient,
  queue: string,
  { prefetch, noAck = false, tag, declare: own }: ConsumeOptions,
  onDelivery: (delivery: Delivery) => void,
  declare: (topology: QueueTopology) => void,
): Consumer {
  const attach = (): ReturnType<EngineClient['consume']> => {
    if (own !== undefined) declare(own);
    return client.consume(queue, { prefetch, noAck, ...(tag === undefined ? {} : { tag }) }, (delivery) =>
      onDelivery({
        message: fromAmqp(delivery.message),
        exchange: delivery.message.exchange,
        queue,
        redelivered: delivery.redelivered,
        ack: () => delivery.ack(),
        reject: (requeue) => delivery.nack(requeue),
      }),
    );
  };
  let attached = attach();
  const unlisten = client.onLink((side, up) => {
    if (side === 'queues' && up) attached = attach();
  });
  return {
    async stop() {
      unlisten();
      attached.retire();
    },
  };
}

/** The engine's words for the arguments it knows; the others are only part of the declaration. */
function optionsOf({ durable = true, exclusive = false, autoDelete = false, arguments: args = {} }: QueueDeclaration): EngineQueueOptions {
  const {
    'x-queue-type': kind,
    'x-message-ttl': messageTtlMs,
    'x-max-length': maxLength,
    'x-overflow': overflow,
    'x-dead-letter-exchange': deadLetterExchange,
    'x-dead-letter-routing-key': deadLetterRoutingKey,
    'x-dead-letter-strategy': deadLetterStrategy,
    'x-max-priority': maxPriority,
    'x-delivery-limit': deliveryLimit,
    'x-single-active-consumer': singleActiveConsumer,
    ...inert
  } = args as Arguments;
  const known = {
    kind,
    messageTtlMs,
    maxLength,
    overflow,
    deadLetterExchange,
    deadLetterRoutingKey,
    deadLetterStrategy,
    maxPriority,
    deliveryLimit,
    singleActiveConsumer,
    inert: Object.keys(inert).length === 0 ? undefined : inert,
  };
  const said = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { durable, exclusive, autoDelete, ...(said as EngineQueueOptions) };
}
