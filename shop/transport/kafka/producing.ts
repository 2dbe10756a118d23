import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import { inTurns } from '../in-turns';
import type { OutgoingRecord, ProduceOptions, Transaction } from '../port';
import { byTopic } from './messages';
import { together } from './together';

const { CompressionTypes } = kafkajs;
const COMPRESSION = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, snappy: CompressionTypes.Snappy } as const;
/** Few attempts of the library's own: the publisher tries again, and says so. */
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 500 };

type Compression = keyof typeof COMPRESSION;
/** Of one request: far below what a broker takes. */
const MOST_RECORDS = 500;
const MOST_BYTES = 262_144;

/** Producers of one instance, each connected when it is first needed: idempotent for acks all, plain for the others, one a transactional id. */
export class Producers {
  private readonly producers = new Map<string, Promise<Producer>>();
  private readonly turns = inTurns();
  private readonly lanes = new Map<Compression, (records: readonly OutgoingRecord[]) => Promise<void>>();

  constructor(
    private readonly kafka: Kafka,
    private readonly nameOf: (name: string) => string,
  ) {}

  async send(records: readonly OutgoingRecord[], { acks, compression = 'none' }: ProduceOptions): Promise<void> {
    if (acks === 'all') return this.safely(compression)(records);
    const producer = await this.plain();
    await producer.sendBatch({ acks, compression: COMPRESSION[compression], topicMessages: byTopic(records, this.nameOf) });
  }

  transaction<T>(id: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.turns(id, async () => {
      const producer = await this.transactional(id);
      try {
        return await this.inTransaction(producer, work);
      } catch (error) {
        // A producer that was fenced, or whose transaction ended badly, is of no use any more.
        if (isLost(error)) await this.drop(`tx:${id}`);
        throw error;
      }
    });
  }

  /** Their connections are gone. */
  forget(): void {
    this.producers.clear();
  }

  async close(): Promise<void> {
    await Promise.all([...this.producers.values()].map((producer) => producer.then((one) => one.disconnect()).catch(() => {})));
  }

  private async inTransaction<T>(producer: Producer, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const open = await producer.transaction();
    try {
      const result = await work({
        send: async (records) => void (await open.sendBatch({ acks: -1, topicMessages: byTopic(records, this.nameOf) })),
        sendOffsets: (group, offsets) => open.sendOffsets({ consumerGroupId: this.nameOf(group), topics: topicsOf(offsets, this.nameOf) }),
      });
      await open.commit();
      return result;
    } catch (error) {
      if (open.isActive()) await open.abort().catch(() => {});
      throw error;
    }
  }

  /**
   * Nothing is lost and nothing there twice, though answers get lost. The library counts the records of a failed request back: what comes next would
   * have the numbers of what the broker may already have, and be dropped by it as a repetition. Hence one request at a time, and a new producer after
   * one that failed.
   */
  private safely(compression: Compression): (records: readonly OutgoingRecord[]) => Promise<void> {
    let lane = this.lanes.get(compression);
    if (lane === undefined) {
      const name = `idempotent:${compression}`;
      lane = together(
        async (records) => {
          const producer = await this.opened(name, () =>
            this.kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false, retry: RETRY }),
          );
          try {
            await producer.sendBatch({ acks: -1, compression: COMPRESSION[compression], topicMessages: byTopic(records, this.nameOf) });
          } catch (error) {
            void this.drop(name);
            throw error;
          }
        },
        { sizeOf: ({ message }) => message.body.length, most: MOST_RECORDS, size: MOST_BYTES },
      );
      this.lanes.set(compression, lane);
    }
    return lane;
  }

  private plain(): Promise<Producer> {
    return this.opened('plain', () => this.kafka.producer({ allowAutoTopicCreation: false, retry: RETRY }));
  }

  private transactional(id: string): Promise<Producer> {
    return this.opened(`tx:${id}`, () =>
      this.kafka.producer({
        transactionalId: this.nameOf(id),
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
        transactionTimeout: 30_000,
      }),
    );
  }

  private opened(name: string, make: () => Producer): Promise<Producer> {
    let producer = this.producers.get(name);
    if (producer === undefined) {
      producer = connected(make());
      this.producers.set(name, producer);
      producer.catch(() => this.producers.delete(name));
    }
    return producer;
  }

  private async drop(name: string): Promise<void> {
    const producer = this.producers.get(name);
    this.producers.delete(name);
    await producer?.then((one) => one.disconnect()).catch(() => {});
  }
}

async function connected(producer: Producer): Promise<Producer> {
  await producer.connect();
  return producer;
}

const isLost = (error: unknown): boolean => /KafkaJS/.test((error as Error).name);

function topicsOf(
  offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[],
  nameOf: (name: string) => string,
) {
  const topics = new Map<string, { partition: number; offset: string }[]>();
  for (const { topic, partition, offset } of offsets)
    topics.set(topic, [...(topics.get(topic) ?? []), { partition, offset: String(offset) }]);
  return [...topics].map(([topic, partitions]) => ({ topic: nameOf(topic), partitions }));
}
