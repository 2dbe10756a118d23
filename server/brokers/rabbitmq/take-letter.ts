import type { Channel } from 'amqplib';
import { isAppError } from '@/lib/errors';
import { decodeAmqpValue } from '@/lib/events/amqp-values';
import type { EventHeader } from '@/lib/events/observed-event';
import type { TakeLetterOutcome, TakeLetterRequest } from '../broker';
import { insideOf } from './amqp-client';
import { openChannel } from './amqp-link';
import { type Delivery, deliveryReader } from './delivery';
import type { ManagementApi } from './management-api';
import type { OperationsLink } from './operations-link';
import { REPLY, messageOf, replyCodeOf, toBrokerError } from './rabbit-errors';
import type { RabbitSettings } from './rabbit-settings';
import { readTopology } from './rabbit-topology';
import { headersOf } from './wire-format';

/** Quorum queues count deliveries; 20 is their limit since 4.0 where nobody set one. Each look at a message costs it one. */
const DEFAULT_DELIVERY_LIMIT = 20;
const SAFETY = 3;
/** No delivery for so long: there are no more. */
const SILENCE_MS = 3_000;
/** What a broker adds on the way to a consumer; says nothing about the letter. */
const COUNTERS = new Set(['x-delivery-count', 'x-acquired-count']);

/**
 * Takes exactly one letter: consumes, compares, holds what is not it, acknowledges the one, and gives the others back, in their places, by
 * closing the channel. Never refuses or requeues anything by itself.
 */
export async function takeOneLetter(
  operations: OperationsLink,
  api: ManagementApi,
  settings: RabbitSettings,
  request: TakeLetterRequest,
): Promise<TakeLetterOutcome> {
  let channel: Channel;
  try {
    channel = await openChannel(await operations.open());
  } catch (error) {
    return { taken: false, why: 'unreachable', detail: toBrokerError(error, settings).message };
  }
  try {
    const queue = await kindOfQueue(api, request.inbox);
    if (queue.type === 'stream')
      return { taken: false, why: 'nothing-can-be-taken', detail: 'a stream keeps what it has; nothing can be taken out of it' };
    return await take(channel, request, queue.deliveryLimit);
  } catch (error) {
    return outcomeOf(error, settings);
  } finally {
    await channel.close().catch(() => undefined);
  }
}

function outcomeOf(error: unknown, settings: RabbitSettings): TakeLetterOutcome {
  const detail = isAppError(error) ? error.message : messageOf(error);
  switch (replyCodeOf(error)) {
    case REPLY.accessRefused:
    case REPLY.resourceLocked:
      return { taken: false, why: 'not-allowed', detail };
    case REPLY.notFound:
      return { taken: false, why: 'not-found', detail: 'the queue does not exist' };
    default:
      return { taken: false, why: 'unreachable', detail: toBrokerError(error, settings).message };
  }
}

/** Without the management API a queue counts as classic with the usual limit, which the count on its messages will show. */
async function kindOfQueue(api: ManagementApi, name: string): Promise<{ type: string; deliveryLimit: number }> {
  const queue = await readTopology(api).then(
    ({ queues }) => queues.find((one) => one.name === name),
    () => undefined,
  );
  return { type: queue?.type ?? 'classic', deliveryLimit: queue?.deliveryLimit ?? DEFAULT_DELIVERY_LIMIT };
}

async function take(channel: Channel, request: TakeLetterRequest, deliveryLimit: number): Promise<TakeLetterOutcome> {
  const { messageCount } = await channel.checkQueue(request.inbox);
  const depth = Math.min(messageCount, request.maxDepth);
  if (depth === 0) return { taken: false, why: 'not-found', detail: 'the queue is empty' };
  const wanted = comparable(request.headers);
  const deliveries = await lookThrough(
    channel,
    request.inbox,
    depth,
    (delivery) => isLetter(delivery, wanted, request.body) || nearLimit(delivery, deliveryLimit),
  );
  const found = deliveries.find((delivery) => isLetter(delivery, wanted, request.body));
  if (found !== undefined) {
    channel.ack({ fields: { deliveryTag: found.tag } } as never);
    // The answer to the close says that the broker has taken the acknowledgement before it.
    await channel.close();
    return { taken: true };
  }
  const near = deliveries.find((delivery) => nearLimit(delivery, deliveryLimit));
  if (near !== undefined)
    return {
      taken: false,
      why: 'delivery-limit-near',
      detail: `a message before it was delivered ${deliveryCount(near)} times of ${deliveryLimit}; one look more could drop it`,
    };
  if (messageCount > request.maxDepth)
    return { taken: false, why: 'too-deep', detail: `it is not among the first ${request.maxDepth} of ${messageCount} messages` };
  return { taken: false, why: 'not-found', detail: `it is not among the ${messageCount} messages of the queue` };
}

/** The first `depth` messages, or fewer when one ends the search or no more come. */
function lookThrough(channel: Channel, queue: string, depth: number, ends: (delivery: Delivery) => boolean): Promise<readonly Delivery[]> {
  return new Promise((resolve, reject) => {
    const deliveries: Delivery[] = [];
    let over = false;
    let silence: NodeJS.Timeout;
    const finish = (): void => {
      over = true;
      clearTimeout(silence);
      resolve(deliveries);
    };
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(finish, SILENCE_MS);
    };
    heard();
    insideOf(channel).handleMessage = deliveryReader(
      Number.POSITIVE_INFINITY,
      () => 0,
      (delivery) => {
        if (over) return;
        heard();
        deliveries.push(delivery);
        if (deliveries.length >= depth || ends(delivery)) finish();
      },
    );
    channel.on('close', () => {
      clearTimeout(silence);
      reject(new Error('Unexpected close of the channel'));
    });
    channel
      .prefetch(depth)
      .then(() => channel.consume(queue, finish))
      .catch((error: unknown) => {
        clearTimeout(silence);
        reject(error);
      });
  });
}

interface Comparable {
  readonly properties: readonly string[];
  readonly table: readonly string[];
}

function comparable(headers: readonly EventHeader[]): Comparable {
  const asText = ({ name, wire, value }: EventHeader): string =>
    `${name}\u0000${wire}\u0000${value === null ? '' : Buffer.from(value).toString('base64')}`;
  return {
    properties: headers
      .filter((one) => one.wire === 'property')
      .map(asText)
      .sort(),
    table: headers.filter((one) => one.wire !== 'property' && !COUNTERS.has(one.name)).map(asText),
  };
}

function isLetter(delivery: Delivery, wanted: Comparable, body: Uint8Array | null): boolean {
  if (!Buffer.from(delivery.body).equals(body ?? new Uint8Array(0))) return false;
  const seen = comparable(headersOf(delivery.properties));
  return seen.properties.join('\u0001') === wanted.properties.join('\u0001') && seen.table.join('\u0001') === wanted.table.join('\u0001');
}

function deliveryCount(delivery: Delivery): number {
  const header = headersOf(delivery.properties).find(({ name }) => name === 'x-delivery-count');
  const count = header === undefined ? 0 : decodeAmqpValue(header.wire, header.value);
  return typeof count === 'number' ? count : 0;
}

const nearLimit = (delivery: Delivery, limit: number): boolean =>
  limit > 0 && deliveryCount(delivery) >= limit - SAFETY && deliveryCount(delivery) > 0;
