import type { Channel, ChannelModel, GetMessage } from 'amqplib';
import { AppError } from '@/lib/errors';
import type { Micros } from '@/lib/events/names';
import type { Log } from '@/server/log';
import { amqpProtocol, insideOf } from './amqp-client';
import { closeLink, cutLink, onChannel, openChannel, openLink } from './amqp-link';
import { type Delivery, deliveryReader } from './delivery';
import { REPLY, messageOf, replyCodeOf, toBrokerError } from './rabbit-errors';
import { POSITION_EXCHANGE, type RabbitSettings, bootQueueOf, positionQueueOf, queueMaxBytesOf, tapQueueOf } from './rabbit-settings';
import { RawPublish, encodeProperties } from './wire-format';
import { amqpProperty } from '@/lib/events/amqp-values';

/**
 * One connection of a tap, from declaring what is ours to its loss. It reads, and commits positions; what a position means is `RabbitTap`'s.
 *
 * - The channel that reads is transactional: `commit` acknowledges and writes the position in one `tx.commit`, which is answered, as
 *   `basic.ack` is not.
 * - It consumes exclusively. The broker refuses a second reader until the first one's connection is really gone and what that held is back in
 *   the queue, so a commit of the old connection can't arrive after we have read the position.
 */
export interface TapSession {
  readonly link: ChannelModel;
  /** Batch number the broker has for us; `null` when there is none. */
  readonly position: number | null;
  /** The broker was started again since our last commit, or we never committed. */
  readonly restarted: boolean;
  /** A warning about the queue itself, e.g. other limits than configured. */
  readonly notes: readonly string[];
  /** Ready messages. When it is 0, everything else there was has been handed to `onDelivery` already. */
  readyAfterDeliveries(): Promise<number>;
  commit(acknowledgeUpTo: number | null, position: { readonly batch: number; readonly epoch: number }): Promise<void>;
  /** Goes on reading with another prefetch; what is unacknowledged stays so. */
  setPrefetch(prefetch: number): Promise<void>;
  /** Resolves once, with the reason, when the connection is no longer of use. */
  readonly lost: Promise<AppError>;
  fail(error: unknown): void;
  close(): Promise<void>;
}

export interface SessionParts {
  readonly settings: RabbitSettings;
  readonly tap: string;
  readonly prefetch: number;
  readonly maxBodyBytes: number;
  /** The store knows a batch, so the position queue must have an answer. */
  readonly expectsPosition: boolean;
  readonly clock: () => Micros;
  readonly onDelivery: (delivery: Delivery) => void;
  readonly isClosed: () => boolean;
  readonly log: Log;
}

/** How long a vanished reader's connection may hold the queue or the position before we say so and try again later. */
const HELD_WITHIN_MS = 5_000;

export async function openTapSession(parts: SessionParts): Promise<TapSession> {
  const { settings, tap } = parts;
  const link = await openLink(settings, `tap ${tap}`);
  try {
    const notes = await declareOurs(link, settings, tap);
    const reading = await consumeExclusively(link, parts);
    const position = await readPosition(link, parts);
    const restarted = await wasRestarted(link, tap);
    return session(link, reading, { position, restarted }, notes, parts);
  } catch (error) {
    await closeLink(link);
    throw toBrokerError(error, settings);
  }
}

async function declareOurs(link: ChannelModel, settings: RabbitSettings, tap: string): Promise<readonly string[]> {
  const [queue, position] = [tapQueueOf(tap), positionQueueOf(tap)];
  await onChannel(link, async (channel) => {
    await channel.assertExchange(POSITION_EXCHANGE, 'direct', { durable: true });
    await channel.assertQueue(position, { durable: true, arguments: { 'x-max-length': 1 } });
    await channel.bindQueue(position, POSITION_EXCHANGE, tap);
    await channel.assertQueue(bootQueueOf(tap), { durable: true, arguments: { 'x-max-length': 1 } });
    await channel.bindQueue(bootQueueOf(tap), POSITION_EXCHANGE, bootQueueOf(tap));
  });
  const version = (link.connection as unknown as { serverProperties?: { version?: string } }).serverProperties?.version ?? '';
  const args = {
    'x-max-length-bytes': queueMaxBytesOf(settings),
    'x-overflow': 'drop-head',
    // Keeps bodies on disk; since 3.12 every classic queue does, and 4.0 knows the argument no more.
    ...(version.startsWith('3.') ? { 'x-queue-mode': 'lazy' } : {}),
  };
  try {
    await onChannel(link, (channel) => channel.assertQueue(queue, { durable: true, arguments: args }));
    return [];
  } catch (error) {
    if (replyCodeOf(error) !== REPLY.preconditionFailed) throw error;
    await onChannel(link, (channel) => channel.checkQueue(queue));
    return [
      `the queue ${queue} exists with other limits than configured and is used as it is; delete it once it is empty to have it made anew`,
    ];
  }
}

interface Reading {
  channel: Channel;
  consumer: string;
  readonly cancelled: Promise<void>;
  readonly restart: (prefetch: number) => Promise<void>;
}

/** Tries until the queue is ours alone. */
async function consumeExclusively(link: ChannelModel, parts: SessionParts): Promise<Reading> {
  const until = Date.now() + HELD_WITHIN_MS;
  for (let wait = 20; ; wait = Math.min(wait * 2, 500)) {
    try {
      return await startReading(link, parts);
    } catch (error) {
      if (!/exclusive/.test(messageOf(error))) throw error;
      if (Date.now() > until || parts.isClosed())
        throw new AppError('tap-lost', `another reader holds the queue ${tapQueueOf(parts.tap)}`, {
          retryable: true,
          cure: 'It is freed when that connection ends. If a second Eventyard runs on this vhost, give its tap another name.',
          cause: error,
        });
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

async function startReading(link: ChannelModel, parts: SessionParts): Promise<Reading> {
  const channel = await openChannel(link);
  const inside = insideOf(channel);
  await inside.rpc(amqpProtocol.TxSelect, {}, amqpProtocol.TxSelectOk);
  inside.handleMessage = deliveryReader(parts.maxBodyBytes, parts.clock, parts.onDelivery);
  let onCancelled: () => void = () => undefined;
  const cancelled = new Promise<void>((resolve) => (onCancelled = resolve));
  const consume = async (prefetch: number): Promise<string> => {
    await channel.prefetch(prefetch);
    // The library calls this only when the broker cancels us (the queue was deleted): deliveries go the way above.
    const { consumerTag } = await channel.consume(tapQueueOf(parts.tap), onCancelled, { exclusive: true });
    return consumerTag;
  };
  const reading: Reading = {
    channel,
    consumer: await consume(parts.prefetch),
    cancelled,
    restart: async (prefetch) => {
      await channel.cancel(reading.consumer);
      reading.consumer = await consume(prefetch);
    },
  };
  return reading;
}

/** The broker's answer; where one is due, waits for it: a connection that is about to end may hold it. */
async function readPosition(link: ChannelModel, parts: SessionParts): Promise<number | null> {
  const until = Date.now() + HELD_WITHIN_MS;
  return onChannel(link, async (channel) => {
    for (;;) {
      const message = await channel.get(positionQueueOf(parts.tap), { noAck: false });
      if (message !== false) {
        channel.nack(message, false, true);
        return batchOf(message);
      }
      if (!parts.expectsPosition || Date.now() > until || parts.isClosed()) return null;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
}

/** The durable queue outlives the broker's restart, the transient message in it does not. Counting takes it from nobody. */
const wasRestarted = (link: ChannelModel, tap: string): Promise<boolean> =>
  onChannel(link, async (channel) => (await channel.checkQueue(bootQueueOf(tap))).messageCount === 0);

function batchOf(message: GetMessage): number | null {
  try {
    const { batch } = JSON.parse(message.content.toString('utf8')) as { batch?: unknown };
    return Number.isSafeInteger(batch) ? (batch as number) : null;
  } catch {
    return null;
  }
}

function session(
  link: ChannelModel,
  reading: Reading,
  found: { readonly position: number | null; readonly restarted: boolean },
  notes: readonly string[],
  parts: SessionParts,
): TapSession {
  const { settings, tap } = parts;
  const { channel } = reading;
  let resolveLost: (error: AppError) => void = () => undefined;
  const lost = new Promise<AppError>((resolve) => (resolveLost = resolve));
  const fail = (error: unknown): void => {
    resolveLost(toBrokerError(error, settings));
    cutLink(link);
  };
  link.on('error', (error: unknown) => resolveLost(toBrokerError(error, settings)));
  link.on('close', (error?: unknown) => resolveLost(toBrokerError(error ?? new Error('Unexpected close'), settings)));
  channel.on('error', fail);
  channel.on('close', () => fail(new Error('Unexpected close of the channel')));
  void reading.cancelled.then(() =>
    fail(new AppError('tap-lost', `the queue ${tapQueueOf(tap)} was deleted; it is made again`, { retryable: true })),
  );

  const inside = insideOf(channel);
  const key = new TextEncoder().encode(tap);
  const bootKey = new TextEncoder().encode(bootQueueOf(tap));
  const transient = encodeProperties([amqpProperty('delivery-mode', '1')]);
  let unmarked = found.restarted;
  return {
    link,
    ...found,
    notes,
    lost,
    fail,
    async readyAfterDeliveries() {
      // Answers overtake deliveries that the channel has not sent yet; by the second answer those are sent.
      const { messageCount } = await channel.checkQueue(tapQueueOf(tap));
      await channel.checkQueue(tapQueueOf(tap));
      return messageCount;
    },
    async commit(acknowledgeUpTo, { batch, epoch }) {
      if (acknowledgeUpTo !== null) inside.sendImmediately(amqpProtocol.BasicAck, { deliveryTag: acknowledgeUpTo, multiple: true });
      const properties = encodeProperties([amqpProperty('content-type', 'application/json'), amqpProperty('delivery-mode', '2')]);
      inside.sendMessage(new RawPublish(POSITION_EXCHANGE, key, false), properties, Buffer.from(JSON.stringify({ tap, epoch, batch })));
      // In the same transaction as what we decided because of it.
      if (unmarked) inside.sendMessage(new RawPublish(POSITION_EXCHANGE, bootKey, false), transient, Buffer.from(tap));
      unmarked = false;
      await inside.rpc(amqpProtocol.TxCommit, {}, amqpProtocol.TxCommitOk);
    },
    setPrefetch: reading.restart,
    async close() {
      await closeLink(link);
    },
  };
}
