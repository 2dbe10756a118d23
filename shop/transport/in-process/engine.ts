/** The in-process broker, as far as the shop needs it: whoever hands it over has more. Headers are bytes with their wire type. */
export interface Engine {
  client(name: string): EngineClient;
}

export interface EngineHeader {
  readonly name: string;
  /** `property` is a basic property; `S` text, `I` int32, `x` bytes of a header table; `kafka` a record's header. */
  readonly wire: string;
  readonly value: Uint8Array | null;
}

export interface EngineMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly headers: readonly EngineHeader[];
  readonly body: Uint8Array;
}

export interface EngineDelivery {
  readonly message: EngineMessage;
  readonly redelivered: boolean;
  ack(): void;
  nack(requeue: boolean): void;
}

export interface EngineRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly headers: readonly EngineHeader[];
  readonly body: Uint8Array | null;
  readonly timestamp: number;
}

export interface NewEngineRecord {
  readonly topic: string;
  readonly partition?: number;
  readonly key: Uint8Array | null;
  readonly headers: readonly EngineHeader[];
  readonly body: Uint8Array | null;
  readonly timestamp?: number;
}

interface Place {
  readonly topic: string;
  readonly partition: number;
}

export interface EngineMember {
  assigned(): readonly Place[];
  poll(max: number, maxWaitMs: number): Promise<readonly EngineRecord[]>;
  commit(offsets: readonly (Place & { readonly offset: number })[]): void;
  seek(to: Place & { readonly offset: number }): void;
  gone(): boolean;
  leave(): void;
}

export interface EngineTransaction {
  append(records: readonly NewEngineRecord[]): void;
  sendOffsets(group: string, offsets: readonly (Place & { readonly offset: number })[]): void;
  end(how: 'committed' | 'aborted'): void;
}

export interface EngineQueueOptions {
  readonly kind?: 'classic' | 'quorum';
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
  readonly messageTtlMs?: number;
  readonly maxLength?: number;
  readonly overflow?: 'drop-head' | 'reject-publish';
  readonly deadLetterExchange?: string;
  readonly deadLetterRoutingKey?: string;
  readonly deadLetterStrategy?: 'at-least-once';
  readonly maxPriority?: number;
  readonly deliveryLimit?: number;
  readonly singleActiveConsumer?: boolean;
  readonly inert?: Readonly<Record<string, unknown>>;
}

export interface EngineClient {
  topics(): readonly string[];
  declareTopic(name: string, options?: { readonly partitions?: number; readonly compact?: boolean }): void;
  produce(records: readonly NewEngineRecord[]): Promise<unknown>;
  begin(transactionalId: string): EngineTransaction;
  join(options: {
    readonly group: string;
    readonly topics: readonly string[];
    readonly from: 'earliest' | 'latest';
    readonly isolation?: 'read_committed' | 'read_uncommitted';
  }): EngineMember;
  alterOffsets(group: string, offsets: readonly (Place & { readonly offset: number })[]): void;
  lag(group: string, topic: string): number;
  partitions(topic: string): number;
  declareExchange(
    name: string,
    options: { readonly type: 'topic' | 'direct' | 'fanout' | 'headers'; readonly durable?: boolean; readonly alternate?: string },
  ): void;
  declareQueue(name: string, options?: EngineQueueOptions): string;
  bindQueue(queue: string, exchange: string, routingKey: string, args?: Readonly<Record<string, unknown>>): void;
  queueCounts(name: string): { readonly ready: number; readonly consumers: number };
  publish(message: EngineMessage & { readonly mandatory?: boolean }): Promise<'confirmed' | 'returned' | 'refused'>;
  consume(
    queue: string,
    options: { readonly prefetch?: number; readonly noAck?: boolean; readonly tag?: string },
    onDelivery: (delivery: EngineDelivery) => void,
  ): { cancel(): void; retire(): void };
  get(queue: string): EngineMessage | null;
  onLink(listener: (side: 'queues' | 'logs', up: boolean) => void): () => void;
  up(side: 'queues' | 'logs'): boolean;
  close(): void;
  crash(): void;
}
