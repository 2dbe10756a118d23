import type { Channel, ChannelModel } from 'amqplib';
import { connectAmqp } from './amqp-client';
import { toBrokerError } from './rabbit-errors';
import { type RabbitSettings, tlsOf } from './rabbit-settings';

/** Seconds. Short, so that the broker soon frees what a vanished tap held. */
const HEARTBEAT = 15;
const CONNECT_WITHIN_MS = 15_000;

/** One connection under a name that an administrator recognises. Throws an AppError. It always has an error listener: a loss is told by `close`. */
export async function openLink(settings: RabbitSettings, purpose: string): Promise<ChannelModel> {
  const url = new URL(settings.url);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT));
  try {
    const link = await connectAmqp(url.href, {
      ...tlsOf(settings),
      timeout: CONNECT_WITHIN_MS,
      noDelay: true,
      clientProperties: { connection_name: `eventyard ${purpose}` },
    });
    link.on('error', () => undefined);
    return link;
  } catch (error) {
    throw toBrokerError(error, settings);
  }
}

/** A channel whose errors go to whoever waits for a call on it; without a listener they would end the process. */
export async function openChannel(link: ChannelModel): Promise<Channel> {
  const channel = await link.createChannel();
  channel.on('error', () => undefined);
  return channel;
}

/** Runs `work` on a channel of its own: what the broker refuses closes that channel only. */
export async function onChannel<T>(link: ChannelModel, work: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await openChannel(link);
  try {
    return await work(channel);
  } finally {
    await channel.close().catch(() => undefined);
  }
}

/** Closes within a moment: a peer that does not answer is cut off. */
export async function closeLink(link: ChannelModel): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  // A close that the other side never answers neither resolves nor rejects: the loss of the socket is told by the event only.
  const gone = new Promise<void>((resolve) => {
    link.once('close', () => resolve());
    timer = setTimeout(() => {
      cutLink(link);
      resolve();
    }, 2_000);
  });
  await Promise.race([link.close().catch(() => undefined), gone]);
  clearTimeout(timer);
}

/** Without a goodbye. */
export function cutLink(link: ChannelModel): void {
  (link.connection as unknown as { stream: { destroy(): void } }).stream.destroy();
}
