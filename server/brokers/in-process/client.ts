import type { EventHeader } from '@/lib/events/observed-event';
import { engineError } from './errors';
import type { ExchangeOptions, Exchanges, PublishResult } from './exchanges';
import type { Groups, Member, MemberOptions, OffsetOf, TopicPartition } from './groups';
import { lastStable } from './last-stable';
import type { EngineMessage, EngineRecord } from './message';
import type { Delivery, QueueCounts, QueueOptions } from './queue';
import type { NewRecord, TopicOptions, Topics } from './topics';
import type { Transactions } from './transactions';

/** The engine as RabbitMQ (`queues`) and as Kafka (`logs`). */
export type EngineSide = 'queues' | 'logs';

export interface OutgoingPublish {
  /** `''` goes straight to the queue named by the routing key. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly headers: readonly EventHeader[];
  readonly body: Uint8Array;
  /** Say `returned` when no queue wants it; else such a message is confirmed and gone, as on a real broker. */
  readonly mandatory?: boolean;
}

export interface ConsumeOptions {
  /** Unacknowledged messages at a time; 0 = no limit. */
  readonly prefetch?: number;
  readonly noAck?: boolean;
  readonly tag?: string;
  /** The queue was deleted. */
  readonly onCancel?: () => void;
}

export interface ClientConsumer {
  readonly tag: string;
  /** No more deliveries; what is not acknowledged goes back to the queue. */
  cancel(): void;
  /** No more deliveries; what it was given may still be answered. */
  retire(): void;
}

/** One member of a consumer group, read by polling. */
export interface GroupMember {
  readonly id: string;
  assigned(): readonly TopicPartition[];
  /** Waits until there is something (or `maxWaitMs` is over, or the member is gone: then empty). */
  poll(max: number, maxWaitMs: number): Promise<readonly EngineRecord[]>;
  /** @throws `engine-rebalanced` when one of the partitions belongs to another member now */
  commit(offsets: readonly OffsetOf[]): void;
  /** Reads on from here; nothing is committed by it. */
  seek(to: OffsetOf): void;
  /** The member has left, was cut off, or its connection is gone: it gets nothing more. */
  gone(): boolean;
  leave(): void;
}

/**
 * An application's connection to the engine, named as a service names its connection (`orders/1`): both kinds of channel in one. Everything
 * takes effect at once and throws what a real client would be told; the promises are for what a real client waits for.
 */
export interface InProcessClient {
  readonly name: string;
  declareTopic(name: string, options?: TopicOptions): void;
  deleteTopic(name: string): void;
  topics(): readonly string[];
  partitions(topic: string): number;
  /** acks=all: resolves with the place of each record. */
  produce(records: readonly NewRecord[]): Promise<readonly { readonly partition: number; readonly offset: number }[]>;
  /** Begins a transaction; an open one of the same id is rolled back, and its producer fenced. */
  begin(transactionalId: string): EngineTransaction;
  join(options: MemberOptions): GroupMember;
  /** Sets a group's offsets; only while it has no members. */
  alterOffsets(group: string, offsets: readonly OffsetOf[]): void;
  committed(group: string, at: TopicPartition): number | null;
  /** Records behind what the group has committed (all that are there, when it has committed nothing). */
  lag(group: string, topic: string): number;
  declareExchange(name: string, options: ExchangeOptions): void;
  deleteExchange(name: string): void;
  /** An empty name gets one of the broker's, as with AMQP; the answer is the name. */
  declareQueue(name: string, options?: QueueOptions): string;
  deleteQueue(name: string): void;
  purgeQueue(name: string): number;
  queueCounts(name: string): QueueCounts;
  bindQueue(queue: string, exchange: string, routingKey: string, args?: Readonly<Record<string, unknown>>): void;
  unbindQueue(queue: string, exchange: string, routingKey: string, args?: Readonly<Record<string, unknown>>): void;
  bindExchange(to: string, from: string, routingKey: string, args?: Readonly<Record<string, unknown>>): void;
  /** Resolves with the broker's confirm. `refused` is a negative confirm. */
  publish(message: OutgoingPublish): Promise<PublishResult>;
  consume(queue: string, options: ConsumeOptions, onDelivery: (delivery: Delivery) => void): ClientConsumer;
  /** Takes and acknowledges the head of a queue. */
  get(queue: string): EngineMessage | null;
  /** Called when a side's connection is lost or there again; consumers, members and exclusive queues of that side have to be made anew. */
  onLink(listener: (side: EngineSide, up: boolean) => void): () => void;
  up(side: EngineSide): boolean;
  /** Leaves groups, cancels consumers, deletes exclusive queues. */
  close(): void;
  /** Ends as `kill -9` would: what was not acknowledged goes back, and groups notice after their session timeout. */
  crash(): void;
}

export interface EngineTransaction {
  append(records: readonly NewRecord[]): void;
  /** The group's position moves when the transaction is committed. */
  sendOffsets(group: string, offsets: readonly OffsetOf[]): void;
  /** @throws `engine-fenced` when another producer of this id began, or it stayed open too long */
  end(how: 'committed' | 'aborted'): void;
}

/** As the engine sees it: connections of one side end and come back. */
export interface EndableClient extends InProcessClient {
  lose(side: EngineSide): void;
  find(side: EngineSide): void;
}

export interface ClientParts {
  readonly topics: Topics;
  readonly groups: Groups;
  readonly exchanges: Exchanges;
  /** Null while the broker runs, else what a client is told. */
  readonly down: (side?: EngineSide) => string | null;
  readonly transactions: Transactions;
  readonly after: (ms: number, call: () => void) => () => void;
  readonly onGone: (client: EndableClient) => void;
}

export function createClient(name: string, parts: ClientParts): EndableClient {
  const { topics, groups, exchanges } = parts;
  const links = new Set<(side: EngineSide, up: boolean) => void>();
  const consumers = new Map<string, () => void>();
  const members = new Set<Member>();
  let tags = 0;
  let anonymous = 0;
  let gone = false;

  const check = (side: EngineSide): void => {
    if (gone) throw engineError('closed', `the connection of ${name} is closed`);
    const down = parts.down(side);
    if (down !== null) throw engineError('down', down);
  };
  const [checkLogs, checkQueues] = [() => check('logs'), () => check('queues')];
  /** A call that fails rejects, also where it fails at once. */
  const answer = <T>(side: EngineSide, act: () => T): Promise<T> =>
    new Promise((done) => {
      check(side);
      done(act());
    });
  const dropExclusive = (): void => {
    for (const queue of exchanges.queues.values())
      if (queue.options.exclusive === true && queue.owner === name) exchanges.deleteQueue(queue.name);
  };
  const end = (leave: (member: Member) => void): void => {
    if (gone) return;
    gone = true;
    for (const cancel of consumers.values()) cancel();
    for (const member of members) leave(member);
    dropExclusive();
    parts.onGone(client);
  };

  const client: EndableClient = {
    name,
    declareTopic: (topic, options = {}) => (checkLogs(), topics.declare(topic, options)),
    deleteTopic: (topic) => (checkLogs(), topics.delete(topic)),
    topics: () => [...topics.topics.keys()],
    partitions: (topic) => topics.topic(topic).partitions.length,
    produce: (records) => answer('logs', () => records.map((record) => topics.append(record))),
    begin: (transactionalId) => (checkLogs(), parts.transactions.begin(transactionalId)),
    join(options) {
      checkLogs();
      const member = groups.join(name, options);
      members.add(member);
      return {
        id: member.id,
        assigned: () => member.assigned,
        poll: (max, maxWaitMs) => poll(parts, member, max, maxWaitMs),
        commit: (offsets) => (checkLogs(), groups.commit(member, offsets)),
        seek: (to) => groups.seek(member, to),
        gone: () => member.gone,
        leave: () => {
          members.delete(member);
          groups.leave(member);
        },
      };
    },
    alterOffsets: (group, offsets) => (checkLogs(), groups.alter(group, offsets)),
    committed: (group, { topic, partition }) => groups.groups.get(group)?.committed.get(topic)?.get(partition) ?? null,
    lag: (group, topic) =>
      topics
        .topic(topic)
        .partitions.reduce(
          (sum, log, partition) =>
            sum + lastStable(log) - Math.max(log.first, groups.groups.get(group)?.committed.get(topic)?.get(partition) ?? log.first),
          0,
        ),
    declareExchange: (exchange, options) => (checkQueues(), exchanges.declareExchange(exchange, options)),
    deleteExchange: (exchange) => (checkQueues(), exchanges.deleteExchange(exchange)),
    declareQueue(queue, options = {}) {
      checkQueues();
      const named = queue === '' ? `amq.gen-${name}-${(anonymous += 1)}` : queue;
      return exchanges.declareQueue(named, options, name).name;
    },
    deleteQueue: (queue) => (checkQueues(), exchanges.deleteQueue(queue)),
    purgeQueue: (queue) => (checkQueues(), exchanges.queue(queue).purge()),
    queueCounts: (queue) => exchanges.queue(queue).counts(),
    bindQueue: (queue, from, routingKey, args = {}) => (
      checkQueues(),
      exchanges.bind({ from, to: { kind: 'queue', name: queue }, routingKey, arguments: args })
    ),
    unbindQueue: (queue, from, routingKey, args = {}) => (
      checkQueues(),
      exchanges.unbind({ from, to: { kind: 'queue', name: queue }, routingKey, arguments: args })
    ),
    bindExchange: (to, from, routingKey, args = {}) => (
      checkQueues(),
      exchanges.bind({ from, to: { kind: 'exchange', name: to }, routingKey, arguments: args })
    ),
    publish: ({ mandatory, ...message }) =>
      answer('queues', () => {
        const result = exchanges.publish(message);
        return result === 'returned' && mandatory !== true ? 'confirmed' : result;
      }),
    consume(queueName, options, onDelivery) {
      checkQueues();
      const queue = exchanges.queue(queueName);
      const tag = options.tag ?? `${name}-${(tags += 1)}`;
      const cancel = (): void => {
        if (consumers.delete(tag)) queue.detach(tag);
      };
      consumers.set(tag, cancel);
      const onCancel = (): void => {
        consumers.delete(tag);
        options.onCancel?.();
      };
      queue.attach({ tag, client: name, prefetch: options.prefetch ?? 0, noAck: options.noAck ?? false, deliver: onDelivery, onCancel });
      return { tag, cancel, retire: () => queue.retire(tag) };
    },
    get: (queue) => (checkQueues(), exchanges.queue(queue).get()),
    onLink(listener) {
      links.add(listener);
      return () => links.delete(listener);
    },
    up: (side) => !gone && parts.down(side) === null,
    lose(side) {
      if (side === 'queues') {
        for (const cancel of Array.from(consumers.values())) cancel();
        dropExclusive();
      } else {
        for (const member of members) groups.leave(member);
        members.clear();
      }
      for (const tell of links) tell(side, false);
    },
    find(side) {
      for (const tell of links) tell(side, true);
    },
    close: () => end((member) => groups.leave(member)),
    crash: () => end((member) => groups.crash(member)),
  };
  return client;
}

async function poll(
  { groups, after, down }: ClientParts,
  member: Member,
  max: number,
  maxWaitMs: number,
): Promise<readonly EngineRecord[]> {
  // A real poll is an exchange over a network: others get their turn.
  await new Promise((done) => setImmediate(done));
  let late = false;
  const cancel = after(maxWaitMs, () => {
    late = true;
    member.wake();
  });
  try {
    for (;;) {
      const records = down('logs') === null ? groups.take(member, max) : [];
      if (records.length > 0 || member.gone || late) return records;
      // Woken also by what is for others: then it waits on.
      await new Promise<void>((woken) => (member.wake = woken));
    }
  } finally {
    member.wake = () => undefined;
    cancel();
  }
}
