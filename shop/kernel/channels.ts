import type { Arguments, BindingDeclaration, ExchangeDeclaration, ProduceOptions, TopicDeclaration } from '../transport/port';

/**
 * Where the shop speaks, as data: exchanges and topics. Exchanges carry work and facts several services react to at once; topics carry history.
 * Each exchange that queues are bound to has a direct exchange for their dead letters, `<exchange>.dlx`; the queues are in `queues.ts`.
 */
export interface ExchangeChannel extends Omit<ExchangeDeclaration, 'name'> {
  readonly format: Format;
  /** Its queues have dead letters. */
  readonly deadLetters: boolean;
}

/** Envelope A, envelope B, or a serialiser's name. `turns`: JSON, MessagePack and Protobuf one after the other. */
export type Format = 'json-a' | 'json-b' | 'avro' | 'protobuf' | 'msgpack' | 'turns';

export interface TopicChannel extends Omit<TopicDeclaration, 'name'> {
  readonly format: Format;
  readonly producer: ProduceOptions & {
    /** Gathers until so many bytes or milliseconds. */
    readonly batch?: { readonly bytes: number; readonly lingerMs: number };
    /** Only ever written within a transaction. */
    readonly transactional?: boolean;
  };
  /** What the records are keyed by. */
  readonly keyedBy: 'orderId' | 'accountId' | 'userId';
}

const DAY = 86_400_000;
const days = (count: number): Readonly<Record<string, string>> => ({ 'retention.ms': String(count * DAY) });
const alternate = (to: string): { readonly alternate: string } => ({ alternate: to });
const inert = (args: Arguments): { readonly arguments: Arguments } => ({ arguments: args });

export const EXCHANGES = {
  // The argument means nothing on an exchange; foreign programs declare it so, and find it.
  'ecommerce.events': { type: 'topic', format: 'json-a', deadLetters: true, ...inert({ 'x-message-ttl': 3_600_000 }) },
  'order-events': { type: 'topic', format: 'json-b', deadLetters: true },
  'shop.unrouted': { type: 'fanout', format: 'json-a', deadLetters: false },
  'shop.commands': { type: 'direct', format: 'json-a', deadLetters: true, ...alternate('shop.unrouted') },
  'shop.notify': { type: 'headers', format: 'json-a', deadLetters: true },
  'shop.broadcast': { type: 'fanout', format: 'json-a', deadLetters: true },
  'shop.replies': { type: 'direct', format: 'json-a', deadLetters: true },
  'shop.retry': { type: 'direct', format: 'json-a', deadLetters: false },
  'shop.requeue': { type: 'direct', format: 'json-a', deadLetters: false },
} as const satisfies Readonly<Record<string, ExchangeChannel>>;

export type ExchangeName = keyof typeof EXCHANGES;

const ALL = { acks: 'all' } as const;

export const TOPICS = {
  'order-events': { partitions: 6, keyedBy: 'orderId', format: 'json-b', config: days(7), producer: { ...ALL, compression: 'gzip' } },
  'inventory-events': { partitions: 6, keyedBy: 'orderId', format: 'avro', config: days(7), producer: ALL },
  'shipment-events': { partitions: 3, keyedBy: 'orderId', format: 'json-b', config: days(7), producer: { acks: 1 } },
  'payment-ledger': {
    partitions: 3,
    keyedBy: 'accountId',
    format: 'protobuf',
    config: days(14),
    producer: { ...ALL, transactional: true },
  },
  'order-log': { partitions: 6, keyedBy: 'orderId', format: 'json-b', config: { 'retention.ms': '-1' }, producer: ALL },
  'order-summary': {
    partitions: 6,
    keyedBy: 'orderId',
    format: 'json-b',
    config: { 'cleanup.policy': 'compact' },
    producer: { ...ALL, transactional: true },
  },
  'user-activity': {
    partitions: 12,
    keyedBy: 'userId',
    format: 'msgpack',
    config: days(1),
    producer: { acks: 0, compression: 'snappy', batch: { bytes: 65_536, lingerMs: 20 } },
  },
} as const satisfies Readonly<Record<string, TopicChannel>>;

export type TopicName = keyof typeof TOPICS;

/** Where one event goes. The routing key is the event's type, a record's key the event's own, when nothing else is said. */
export type Destination =
  | {
      readonly broker: 'rabbitmq';
      readonly channel: ExchangeName;
      readonly key?: string;
      /** Unroutable events come back and are counted (the default for events; commands have an alternate exchange). */
      readonly mandatory?: boolean;
      readonly priority?: number;
      readonly expirationMs?: number;
      readonly transient?: boolean;
      /** What a headers exchange chooses by. */
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly broker: 'kafka'; readonly channel: TopicName; readonly key?: string };

export const toExchange = (
  channel: ExchangeName,
  more: Omit<Destination & { broker: 'rabbitmq' }, 'broker' | 'channel'> = {},
): Destination => ({
  broker: 'rabbitmq',
  channel,
  ...more,
});

export const toTopic = (channel: TopicName, key?: string): Destination => ({
  broker: 'kafka',
  channel,
  ...(key === undefined ? {} : { key }),
});

export const deadLetterExchange = (exchange: string): string => `${exchange}.dlx`;
export const deadLetterQueue = (queue: string): string => `${queue}.dlq`;
export const deadLetterTopic = (topic: string, group: string): string => `${topic}-${group}-dlt`;
export const retryTopic = (topic: string, group: string, step: number): string => `${topic}-${group}-retry-${step}`;
/** Where Kafka Connect's way of burying puts what a reporting stream can't read. */
export const REPORTING_DLQ = 'reporting-dlq';

/** Bindings that a headers exchange chooses by. */
export const byChannel = (queue: string, channel: string): BindingDeclaration => ({
  queue,
  exchange: 'shop.notify',
  key: '',
  arguments: { 'x-match': 'all', channel },
});
