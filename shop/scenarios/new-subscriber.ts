import { times } from './messages';
import type { Scenario, Step } from './scenario';
import { orders, signUp, untilSent } from './steps';

const QUEUE = 'late-comer-queue';

/** Who comes late reads a topic from its beginning; a queue that is made now gets what comes from now on. */
const subscribeLate: Step = async ({ world, seen, plan }) => {
  const { rabbitmq, kafka } = world.transports;
  const ids = new Set<string>();
  const reader = await kafka.join(
    { group: 'late-comer', topics: ['order-events'], start: 'earliest', recordsPerPoll: 100 },
    async (batch) => {
      for (const { message } of batch.records) if (message.type === 'order.placed') ids.add(message.key);
      const last = batch.records.at(-1);
      if (last !== undefined) await batch.commit(last.offset + 1);
    },
  );
  await rabbitmq.declare({
    exchanges: [],
    queues: [{ name: QUEUE, durable: false, exclusive: true }],
    bindings: [{ queue: QUEUE, exchange: 'ecommerce.events', key: 'order.#' }],
  });
  await times(600, async () => {
    if (ids.size < plan.size) await new Promise((resolve) => setTimeout(resolve, 100));
  });
  seen.set('seen.from-the-topic', ids.size);
  seen.set('seen.from-the-queue', (await rabbitmq.depth(QUEUE))?.ready ?? 0);
  await reader.stop();
};

export const newSubscriber: Scenario = {
  name: 'new-subscriber',
  shows: 'a new node that has read the past of a topic, and none of an exchange',
  shape: { orders: 50, mix: 'web' },
  steps: [signUp, orders(), untilSent('order.completed', ({ plan }) => plan.size), subscribeLate],
  expected: (plan) => ({ 'seen.from-the-topic': plan.size, 'seen.from-the-queue': 0 }),
};
