import type { Channel, ChannelModel } from 'amqplib';
import { decodeAmqpValue } from '@/lib/events/amqp-values';
import { openChannel } from './amqp-link';
import { changesQueueOf, isOurs } from './rabbit-settings';
import { type RawProperties, headersOf } from './wire-format';

/** Where the plugin rabbitmq_event_exchange tells what happens on the broker; it is in one vhost, `/` unless configured. */
export const EVENT_EXCHANGE = 'amq.rabbitmq.event';
const KEYS = ['binding.*', 'exchange.*', 'queue.created', 'queue.deleted', 'policy.*'];
const AT_MOST = 1_000;

/**
 * Calls `onChange` for everything on this vhost that may change what we bind. Resolves to whether the broker tells us: not where we have no
 * right to read the exchange. The queue is exclusive to this connection and goes with it.
 */
export async function followChanges(link: ChannelModel, tap: string, vhost: string, onChange: () => void): Promise<boolean> {
  let channel: Channel | null = null;
  try {
    channel = await openChannel(link);
    const queue = changesQueueOf(tap);
    await channel.assertQueue(queue, { exclusive: true, autoDelete: true, durable: false, maxLength: AT_MOST });
    for (const key of KEYS) await channel.bindQueue(queue, EVENT_EXCHANGE, key);
    await channel.consume(
      queue,
      (message) => {
        if (message !== null && concerns(message.properties as unknown as RawProperties, vhost)) onChange();
      },
      { noAck: true },
    );
    return true;
  } catch {
    await channel?.close().catch(() => undefined);
    return false;
  }
}

/** What we make and unmake ourselves is no news. */
function concerns(properties: RawProperties, vhost: string): boolean {
  const told = new Map<string, unknown>();
  for (const { name, wire, value } of headersOf(properties)) if (wire !== 'property') told.set(name, decodeAmqpValue(wire, value));
  if (told.get('vhost') !== vhost) return false;
  return ![told.get('destination_name'), told.get('name')].some((name) => typeof name === 'string' && isOurs(name));
}
