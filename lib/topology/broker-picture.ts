import type { BrokerName, BrokerSystem, ChannelName, InboxName, Micros, ServiceName } from '@/lib/events/names';

/** A broker's own account of itself at one moment: what is declared, before any traffic. Plain JSON, so it can be stored and sent. */
export interface BrokerPicture {
  readonly broker: BrokerName;
  readonly system: BrokerSystem;
  readonly inProcess: boolean;
  readonly at: Micros;
  /** e.g. `RabbitMQ 3.10.8`, `Kafka 4.1.0`, `in-process`. */
  readonly product: string;
  readonly channels: readonly ChannelPicture[];
  readonly inboxes: readonly InboxPicture[];
  readonly bindings: readonly BindingPicture[];
  /** Parts that could not be read, with the reason (a missing right, statistics off). */
  readonly missing: readonly { readonly part: string; readonly reason: string }[];
}

export type ChannelKind = 'topic' | 'exchange-topic' | 'exchange-direct' | 'exchange-fanout' | 'exchange-headers' | 'exchange-other';

export interface ChannelPicture {
  readonly channel: ChannelName;
  readonly kind: ChannelKind;
  /** The broker's own type name: `topic`, `x-consistent-hash`, … */
  readonly brokerType: string;
  readonly partitions: number | null;
  readonly internal: boolean;
  /** The tap can read it; else why not. */
  readonly readable: { readonly can: true } | { readonly can: false; readonly why: string };
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly alternate: ChannelName | null;
}

export interface InboxPicture {
  readonly inbox: InboxName;
  /** `queue`, or `group` on a topic. */
  readonly kind: 'queue' | 'group';
  /** What a person calls it: the queue's or the group's name. */
  readonly title: string;
  readonly consumers: readonly ConsumerPicture[];
  /** Kafka: `classic`, `consumer` (KIP-848), `share`; RabbitMQ: `classic`, `quorum`, `stream`. */
  readonly protocol: string;
  readonly state: string | null;
  /** Where rejected or expired messages go. `exchange: ''` is the default exchange: letters can be counted, not read. */
  readonly deadLetterTo: { readonly channel: ChannelName; readonly routingKey: string | null; readonly by: 'argument' | 'policy' } | null;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  /** `x-expires` is set (argument or policy): never touch it by a passive declare. */
  readonly expires: boolean;
  /** Messages leave by age (`x-message-ttl`), ms. */
  readonly messageTtlMs: number | null;
  /** Our own; not shown. */
  readonly ours: boolean;
}

export interface ConsumerPicture {
  /** Service name by the connection name or client id without `/n`, host and uuid; the raw name beside it. */
  readonly service: ServiceName | null;
  readonly rawName: string;
  readonly id: string;
  readonly host: string | null;
  /** Kafka: partitions of this member on this topic. */
  readonly partitions: readonly number[];
  readonly prefetch: number | null;
}

export interface BindingPicture {
  readonly from: ChannelName;
  readonly to: { readonly kind: 'inbox'; readonly inbox: InboxName } | { readonly kind: 'channel'; readonly channel: ChannelName };
  readonly routingKey: string;
  /** Headers exchange arguments and the like, as JSON-safe values. */
  readonly arguments: Readonly<Record<string, unknown>>;
}
