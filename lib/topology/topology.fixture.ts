import type { BrokerPicture, ChannelPicture, ConsumerPicture, InboxPicture } from './broker-picture';
import type { SeenEdge } from './build-topology';

export const pictureNoon = Date.UTC(2026, 10, 21, 12) * 1000;

export const aPicture = (given: Partial<BrokerPicture> = {}): BrokerPicture => ({
  broker: 'rabbit',
  system: 'rabbitmq',
  inProcess: false,
  at: pictureNoon,
  product: 'RabbitMQ 4.0.5',
  channels: [],
  inboxes: [],
  bindings: [],
  missing: [],
  ...given,
});

export const aChannel = (channel: string, given: Partial<ChannelPicture> = {}): ChannelPicture => ({
  channel,
  kind: 'exchange-topic',
  brokerType: 'topic',
  partitions: null,
  internal: false,
  readable: { can: true },
  durable: true,
  autoDelete: false,
  alternate: null,
  ...given,
});

export const aTopic = (channel: string, given: Partial<ChannelPicture> = {}): ChannelPicture =>
  aChannel(channel, { kind: 'topic', brokerType: 'topic', partitions: 3, ...given });

export const aQueue = (inbox: string, given: Partial<InboxPicture> = {}): InboxPicture => ({
  inbox,
  kind: 'queue',
  title: inbox,
  consumers: [],
  protocol: 'classic',
  state: null,
  deadLetterTo: null,
  durable: true,
  autoDelete: false,
  exclusive: false,
  expires: false,
  messageTtlMs: null,
  ours: false,
  ...given,
});

export const aGroup = (topic: string, group: string, given: Partial<InboxPicture> = {}): InboxPicture =>
  aQueue(`${topic}@${group}`, { kind: 'group', title: group, state: 'stable', ...given });

export const aConsumer = (service: string | null, given: Partial<ConsumerPicture> = {}): ConsumerPicture => ({
  service,
  rawName: service ?? '',
  id: `${service}-1`,
  host: null,
  partitions: [],
  prefetch: null,
  ...given,
});

export const aSeenEdge = (given: Partial<SeenEdge> & { channel: string }): SeenEdge => ({
  kind: 'publish',
  broker: 'rabbit',
  source: null,
  inbox: null,
  count: 1,
  failed: 0,
  last: pictureNoon,
  ...given,
});
