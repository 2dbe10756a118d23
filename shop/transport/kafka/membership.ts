import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { JoinOptions, LogConsumer, RecordBatch } from '../port';
import { fromRecord } from './messages';
import { subscribedAssigner } from './subscribed-assigner';

type Place = { readonly topic: string; readonly partition: number };

/** Who is silent for so long is dead, and its partitions are another's. */
const SESSION_MS = 10_000;
const HEARTBEAT_MS = 1_000;

/**
 * One member of a group. A batch of the library is handed over in pieces of `recordsPerPoll`; nothing is committed but by the one who reads. A
 * piece whose handler rejects is read again from what was committed of it.
 */
export class Membership implements LogConsumer {
  private consumer: Consumer;
  private stopping = false;
  private share: readonly Place[] = [];
  private resumption: NodeJS.Timeout | undefined;

  private constructor(
    private readonly kafka: Kafka,
    private readonly options: JoinOptions,
    private readonly names: { readonly to: (name: string) => string; readonly from: (name: string) => string },
    private readonly onBatch: (batch: RecordBatch) => Promise<void>,
  ) {
    this.consumer = this.made();
  }

  /** Resolves when the group has taken it in and, for `latest`, its place is fixed. */
  static async join(
    kafka: Kafka,
    options: JoinOptions,
    names: { readonly to: (name: string) => string; readonly from: (name: string) => string },
    onBatch: (batch: RecordBatch) => Promise<void>,
  ): Promise<Membership> {
    const member = new Membership(kafka, options, names, onBatch);
    await member.run();
    return member;
  }

  pause(ms: number): void {
    const topics = this.options.topics.map((topic) => ({ topic: this.names.to(topic) }));
    clearTimeout(this.resumption);
    this.consumer.pause(topics);
    this.resumption = setTimeout(() => this.consumer.resume(topics), ms);
  }

  assigned(): readonly Place[] {
    return this.share;
  }

  /** Takes no more; nobody waits for what its handler still does. */
  abandon(): void {
    this.stopping = true;
    clearTimeout(this.resumption);
    this.consumer.disconnect().catch(() => {});
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.resumption);
    await this.consumer.disconnect().catch(() => {});
    this.share = [];
  }

  private made(): Consumer {
    return this.kafka.consumer({
      groupId: this.names.to(this.options.group),
      partitionAssigners: [subscribedAssigner],
      allowAutoTopicCreation: false,
      readUncommitted: this.options.isolation === 'read_uncommitted',
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: 15_000,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: 250,
      retry: { retries: 10, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
  }

  private async run(): Promise<void> {
    const { consumer } = this;
    const { topics, start } = this.options;
    const { GROUP_JOIN, FETCH, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.share = Object.entries(memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic: this.names.from(topic), partition })),
      );
    });
    consumer.on(CRASH, ({ payload: { restart } }) => {
      this.share = [];
      if (!restart && !this.stopping) void this.again();
    });
    const isIn = new Promise<void>((resolve) => consumer.on(GROUP_JOIN, () => resolve()));
    // The place of a partition without a committed offset is looked up before the first answer to a fetch.
    const isPlaced = new Promise<void>((resolve) => consumer.on(FETCH, () => resolve()));
    await consumer.connect();
    await consumer.subscribe({ topics: topics.map(this.names.to), fromBeginning: start === 'earliest' });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 12,
      eachBatch: (payload) => this.eachBatch(consumer, payload),
    });
    await isIn;
    if (start === 'latest' && this.share.length > 0) await isPlaced;
  }

  /** The library gave up: a new consumer takes its place. */
  private async again(): Promise<void> {
    while (!this.stopping) {
      await this.consumer.disconnect().catch(() => {});
      await sleep(500, undefined, { ref: false });
      if (this.stopping) return;
      this.consumer = this.made();
      try {
        return await this.run();
      } catch {
        // Still away.
      }
    }
  }

  private async eachBatch(
    consumer: Consumer,
    { batch, resolveOffset, heartbeat, isRunning, isStale, commitOffsetsIfNecessary }: EachBatchPayload,
  ): Promise<void> {
    const { topic: name, partition } = batch;
    const topic = this.names.from(name);
    const over = (): boolean => this.stopping || !isRunning() || isStale();
    let next: number | null = null;
    const commit = async (offset: number): Promise<void> => {
      // `consumer.commitOffsets` does nothing, and says nothing, while the consumer stops: what was finished would come again.
      await commitOffsetsIfNecessary({ topics: [{ topic: name, partitions: [{ partition, offset: String(offset) }] }] });
      next = offset;
      resolveOffset(String(offset - 1));
    };
    for (const records of pieces(batch.messages, this.options.recordsPerPoll)) {
      if (over()) return;
      const first = Number(records[0]?.offset);
      const end = Number(records.at(-1)?.offset) + 1;
      try {
        if (this.options.autoCommit === true) await commit(end);
        await alive(
          heartbeat,
          this.onBatch({
            topic,
            partition,
            records: records.map((record) => ({ message: fromRecord(record), topic, partition, offset: Number(record.offset) })),
            commit,
            heartbeat,
            over,
          }),
        );
        if (over()) return;
        resolveOffset(String(end - 1));
        await heartbeat();
      } catch (error) {
        // The group has changed: the library joins again when it is told.
        if (isMembershipError(error)) throw error;
        if (over()) return;
        await sleep(50);
        return consumer.seek({ topic: name, partition, offset: String(next ?? first) });
      }
    }
    // What lies behind the last record (markers of transactions) is behind us, too.
    if (batch.messages.length > 0) resolveOffset(batch.lastOffset());
  }
}

/** The library says that a member lives only between two pieces: one that works on a piece for longer than the session would be taken for dead. */
async function alive(heartbeat: () => Promise<void>, work: Promise<void>): Promise<void> {
  // What a beat finds out (a group that has changed) the next one between two pieces finds out, too.
  const beating = setInterval(() => void heartbeat().catch(() => {}), HEARTBEAT_MS);
  try {
    await work;
  } finally {
    clearInterval(beating);
  }
}

const isMembershipError = (error: unknown): boolean =>
  ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'].includes((error as { type?: string }).type ?? '');

function* pieces(messages: readonly KafkaMessage[], size: number): Generator<readonly KafkaMessage[]> {
  for (let at = 0; at < messages.length; at += size) yield messages.slice(at, at + size);
}
