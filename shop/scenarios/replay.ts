import { deadLetterQueue } from '../kernel/channels';
import type { QueueName } from '../kernel/queues';
import type { Run } from './scenario';

/** What a broker or a republisher added; a letter that is sent again starts afresh. */
const OF_THE_DEATH = /^(x-death|x-first-death|x-last-death|x-exception|x-original|x-delivery-count|retry-count)/i;

/** By hand: every letter of a queue goes back into it, as it was first sent. */
export async function replayDeadLetters({ world }: Pick<Run, 'world'>, queue: QueueName): Promise<void> {
  const { rabbitmq } = world.transports;
  for (;;) {
    const letter = await rabbitmq.get(deadLetterQueue(queue));
    if (letter === null) return;
    const headers = Object.fromEntries(Object.entries(letter.headers).filter(([name]) => !OF_THE_DEATH.test(name)));
    await rabbitmq.publish('shop.requeue', { ...letter, key: queue, headers }, { mandatory: true });
  }
}
