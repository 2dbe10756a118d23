/**
 * What a service of the shop needs of a broker: publishers that wait for the confirm, subscribers that acknowledge after the work, and
 * request–reply. Adapters: `rabbitmq.ts`, `kafka.ts`, `in-process.ts`; their common promises are in `transport.contract.ts`:
 * [T1] a publish that resolved is on the broker; [T2] a handler that resolved sees the message once, one that threw sees it again until the
 * attempts are used up, then it is a dead letter with the cause in its headers; [T3] a subscriber that stops finishes what it has begun;
 * [T4] a crash loses nothing that was not acknowledged; [T5] headers, key and body arrive as they were sent; [T6] a request gets its
 * reply or a named timeout.
 * The shop is a customer of Eventyard: nothing here knows it.
 */
export interface Transport {
  readonly kind: 'rabbitmq' | 'kafka' | 'in-process';
  /** Makes channels and dead-letter places that are missing; changes nothing that is there. */
  declare(channels: readonly ChannelDeclaration[]): Promise<void>;
  /** Resolves when the broker has it (confirm, acks=all). A mandatory message that nobody would get is `returned`. */
  publish(channel: string, message: Message, options?: { readonly mandatory?: boolean }): Promise<'confirmed' | 'returned'>;
  subscribe(subscription: Subscription, handler: Handler): Promise<Subscriber>;
  /** Sends and waits for the answer with the same correlation id. @throws Error `request timed out` */
  request(channel: string, message: Message, timeoutMs: number): Promise<Message>;
  /** Answers a request that has `replyTo`. */
  reply(to: Message, answer: Message): Promise<void>;
  close(): Promise<void>;
}

export interface ChannelDeclaration {
  readonly name: string;
  /** `log` is a partitioned topic; the others are exchange types. */
  readonly kind: 'log' | 'topic' | 'direct' | 'fanout';
  readonly partitions?: number;
}

export interface Subscription {
  /** Queue, or consumer group. */
  readonly inbox: string;
  readonly channel: string;
  /** Routing patterns on an exchange (`order.*`, `#`); on a log every message comes and these are ignored. */
  readonly keys?: readonly string[];
  /** Messages under way at a time. */
  readonly prefetch?: number;
  /** How often a handler may try one message, the first time included. */
  readonly attempts?: number;
  readonly retryDelayMs?: number;
  /** A log is read from here when the group has no position yet. */
  readonly from?: 'earliest' | 'latest';
}

export interface Message {
  readonly id: string;
  readonly type: string;
  /** Routing key on an exchange, partition key on a log. */
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly correlationId?: string;
  readonly replyTo?: string;
}

export type Handler = (message: Message, delivery: { readonly attempt: number }) => Promise<void>;

export interface Subscriber {
  /** Takes no more; resolves when what was begun is finished. */
  stop(): Promise<void>;
}

/** A message that can never succeed: it goes to the dead letters at once, without further attempts. */
export class Poison extends Error {
  constructor(cause: string, message: string) {
    super(message);
    this.name = cause;
  }
}

/** Who connects: becomes the connection name or client id. */
export interface Identity {
  readonly service: string;
  readonly instance: number;
}

export const connectionName = ({ service, instance }: Identity): string => `${service}/${instance}`;
