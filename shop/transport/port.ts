/**
 * What the shop needs of its brokers: `QueueTransport` (exchanges and queues) and `LogTransport` (topics and groups). Adapters: `rabbitmq.ts`,
 * `kafka.ts`, and `in-process.ts`, which is both. A transport does one thing once and says how it went; retries, ladders and dead letters are the
 * kernel's. The common promises, in `transport.contract.ts`:
 *
 * [T1] What resolved as confirmed is on the broker. [T2] Key, headers (with their kind), properties and body arrive as they were sent.
 * [T3] A delivery that is neither acknowledged nor refused comes again after a crash, marked as redelivered. [T4] A consumer that stops takes
 * no more and lets what it was given be finished. [T5] An unroutable mandatory message is `returned`; a queue that is full and told to refuse
 * answers `refused`. [T6] Declaring again changes nothing; other arguments are an error. [T7] A group shares the partitions among its
 * members; who comes or goes makes the others go on from what was committed. [T8] Of a transaction all is seen or, to a read_committed
 * reader, nothing; its offsets move with it. [T9] Order holds within a queue and within a key. [T10] An outage is told, and ends.
 * [T11] A crash sends nothing more: exclusive queues vanish, everything durable stays.
 */
export type TransportKind = 'rabbitmq' | 'kafka' | 'in-process';

/** Text, a whole number (int32 on AMQP, decimal text on Kafka), or bytes where the dialect says so (Spring's numbers are big-endian). */
export type HeaderValue = string | number | Uint8Array;
export type Headers = Readonly<Record<string, HeaderValue>>;

export interface Message {
  /** Empty: the program says nothing about itself, and no such header is sent. */
  readonly id: string;
  readonly type: string;
  /** Routing key on an exchange, partition key on a log (empty: none). */
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly headers: Headers;
  readonly contentEncoding?: string;
  readonly correlationId?: string;
  readonly replyTo?: string;
  /** Milliseconds since 1970 at which it was published; whole seconds on AMQP. */
  readonly timestampMs?: number;
  /** AMQP: milliseconds it may wait in a queue. */
  readonly expirationMs?: number;
  readonly priority?: number;
  /** AMQP: lost with the broker. */
  readonly transient?: boolean;
  /** Who published it. */
  readonly appId?: string;
}

/** Who connects: becomes the connection name or client id, `service/instance`. */
export interface Identity {
  readonly service: string;
  readonly instance: number;
}

export const connectionName = ({ service, instance }: Identity): string => `${service}/${instance}`;

/** `blocked`: the broker takes nothing for the moment (memory or disk alarm). */
export type LinkState = 'connected' | 'disconnected' | 'blocked';

interface Link {
  readonly kind: TransportKind;
  state(): LinkState;
  /** Calls at every change; the answer ends it. */
  onState(listener: (state: LinkState) => void): () => void;
  close(): Promise<void>;
  /** Destroys the connections without a word, as kill -9 would. */
  crash(): void;
}

export interface ExchangeDeclaration {
  readonly name: string;
  readonly type: 'topic' | 'direct' | 'fanout' | 'headers';
  readonly alternate?: string;
  readonly arguments?: Arguments;
}

export type Arguments = Readonly<Record<string, string | number | boolean>>;

export interface QueueDeclaration {
  /** Empty: the broker invents a name. */
  readonly name: string;
  /** Exactly these go over the wire: a foreign program that declares the same queue must find the same. */
  readonly arguments?: Arguments;
  readonly durable?: boolean;
  readonly exclusive?: boolean;
  readonly autoDelete?: boolean;
}

export interface BindingDeclaration {
  readonly queue: string;
  readonly exchange: string;
  readonly key: string;
  readonly arguments?: Arguments;
}

export interface QueueTopology {
  readonly exchanges: readonly ExchangeDeclaration[];
  readonly queues: readonly QueueDeclaration[];
  readonly bindings: readonly BindingDeclaration[];
}

export type PublishOutcome = 'confirmed' | 'returned' | 'refused';

export interface Delivery {
  readonly message: Message;
  readonly exchange: string;
  readonly queue: string;
  readonly redelivered: boolean;
  ack(): void;
  /** `requeue`: back to the queue, which counts to a delivery limit; else the queue's dead letters take it. */
  reject(requeue: boolean): void;
}

export interface ConsumeOptions {
  /** Not acknowledged at a time; 0: no limit. */
  readonly prefetch: number;
  readonly noAck?: boolean;
  readonly tag?: string;
  /** This connection's own queue: declared again, with its bindings, after a reconnect. */
  readonly declare?: QueueTopology;
}

export interface Consumer {
  /** Takes no more. What was delivered may still be answered, until the transport closes. */
  stop(): Promise<void>;
}

export interface QueueTransport extends Link {
  /** Makes what is missing. @throws Error when something is there with other arguments */
  declare(topology: QueueTopology): Promise<void>;
  /** One attempt. Rejects when the connection ends before the broker's answer, and at once while disconnected. */
  publish(exchange: string, message: Message, options?: { readonly mandatory?: boolean }): Promise<PublishOutcome>;
  /** Comes back by itself after an outage. */
  consume(queue: string, options: ConsumeOptions, onDelivery: (delivery: Delivery) => void): Promise<Consumer>;
  /** Ready messages and consumers; null when there is no such queue. */
  depth(queue: string): Promise<{ readonly ready: number; readonly consumers: number } | null>;
  /** Takes and acknowledges the head; null when there is none. */
  get(queue: string): Promise<Delivery['message'] | null>;
}

export interface TopicDeclaration {
  readonly name: string;
  readonly partitions: number;
  /** `retention.ms`, `cleanup.policy` and others, as Kafka names them. */
  readonly config?: Readonly<Record<string, string>>;
}

export interface ProduceOptions {
  readonly acks: 'all' | 1 | 0;
  readonly compression?: 'none' | 'gzip' | 'snappy';
}

export interface OutgoingRecord {
  readonly topic: string;
  readonly message: Message;
  /** By the key when not given. */
  readonly partition?: number;
}

export interface RecordDelivery {
  readonly message: Message;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface TopicOffset {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to read. */
  readonly offset: number;
}

export interface Transaction {
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** A group's position moves with the transaction. */
  sendOffsets(group: string, offsets: readonly TopicOffset[]): Promise<void>;
}

export interface JoinOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Where a partition is read that the group has never committed. */
  readonly start: 'earliest' | 'latest';
  readonly isolation?: 'read_committed' | 'read_uncommitted';
  /** Records handed over at a time. */
  readonly recordsPerPoll: number;
  /** Commits what was handed over, whatever becomes of it: at most once. */
  readonly autoCommit?: boolean;
}

/** One partition's next records. What resolves uncommitted is not given again until a rebalance. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly RecordDelivery[];
  /** Called for any prefix, in order. @throws Error when the partition belongs to another member now */
  commit(nextOffset: number): Promise<void>;
  /** Says that this member lives; call it between slow records. */
  heartbeat(): Promise<void>;
  /** The partition was taken away, or the consumer stops: what was not begun should not be begun. */
  over(): boolean;
}

export interface LogConsumer extends Consumer {
  /** No records for so long, but the membership stays. */
  pause(ms: number): void;
  /** Partitions of this member, for what autoscaling asks. */
  assigned(): readonly { readonly topic: string; readonly partition: number }[];
}

export interface LogTransport extends Link {
  declareTopics(topics: readonly TopicDeclaration[]): Promise<void>;
  /** Resolves when the broker has all (`acks`); with acks 0 when they are on the wire. */
  produce(records: readonly OutgoingRecord[], options: ProduceOptions): Promise<void>;
  /** Commits when `work` resolves, aborts when it rejects (and rejects with the same). One at a time for each id. */
  transaction<T>(transactionalId: string, work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** A batch whose handler rejects is given again. Batches of one partition come one after the other. */
  join(options: JoinOptions, onBatch: (batch: RecordBatch) => Promise<void>): Promise<LogConsumer>;
  /** Records that the group has not committed yet. */
  lag(group: string, topic: string): Promise<number>;
  /** Sets a group's position to the beginning of a topic; only while it has no members. */
  rewind(group: string, topic: string): Promise<void>;
}

/** The two brokers of one instance. In process both are one engine. */
export interface Transports {
  readonly rabbitmq: QueueTransport;
  readonly kafka: LogTransport;
}

/** Opens an instance's connections under its own name. */
export type Connect = (who: Identity) => Promise<Transports>;
