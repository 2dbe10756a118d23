import type { OutgoingMessage, PublishOutcome } from '@/server/brokers/broker';
import type { Log } from '@/server/log';
import { isAuthFailure, isConnectionFailure, problemOf, UnreachableError } from '../kafka-errors';
import { KafkaLink } from '../kafka-link';
import type { KafkaSettings } from '../kafka-settings';
import { errorName, murmur2 } from '../kafkajs-patches';
import { ByteWriter } from '../wire/byte-writer';
import { ByteReader } from '../wire/byte-reader';
import { encodeBatch, NO_PRODUCER, type OneRecord } from '../wire/encode-batch';
import type { ClusterMetadata } from '../wire/metadata';
import { IdempotentProducer } from './idempotent-producer';

const PRODUCE = 0;
const ACKS_ALL = -1;
const ANSWER_MS = 15_000;
/** How long we look for the answer to a message that is on its way before we say that we don't know. */
const RESOLVE_MS = 20_000;

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
}

type Attempt =
  | { readonly kind: 'outcome'; readonly outcome: PublishOutcome }
  /** Certainly not written: may be tried again. */
  | { readonly kind: 'not-written'; readonly outcome: PublishOutcome }
  /** May be written. */
  | { readonly kind: 'lost'; readonly detail: string }
  /** The broker does not know our producer id any more. */
  | { readonly kind: 'new-producer' };

/**
 * Publishes one message after the other with acks=all. As an idempotent producer where the broker lets us be one: then a message whose answer
 * was lost is sent again under the same sequence number, and the broker keeps one. Without that right it is sent once, and a lost answer is
 * `unknown`. The wire format is our own, so headers keep order, doubles and nulls.
 */
export class Publisher {
  private readonly link: KafkaLink;
  private readonly producer: IdempotentProducer;
  private queue: Promise<unknown> = Promise.resolve();
  private turn = 0;

  constructor(
    settings: KafkaSettings,
    log: Log,
    private readonly now: () => number,
    private readonly resolveMs = RESOLVE_MS,
  ) {
    this.link = new KafkaLink(settings, log);
    this.producer = new IdempotentProducer(this.link);
  }

  publish(message: OutgoingMessage): Promise<PublishOutcome> {
    const next = this.queue.then(() => this.publishNow(message));
    this.queue = next.catch(() => undefined);
    return next;
  }

  close(): Promise<void> {
    return this.link.close();
  }

  private async publishNow(message: OutgoingMessage): Promise<PublishOutcome> {
    const { to } = message;
    if (to.kind === 'queue') return { confirmed: false, why: 'refused', detail: 'Kafka has no queues: a message goes to a topic' };
    const record: OneRecord = { key: message.key, value: message.body, headers: message.headers, timeMs: Math.floor(this.now()) };
    const until = this.now() + this.resolveMs;
    let sent = false;
    let partition: number | null = to.partition;
    for (;;) {
      const place = await this.place(to.channel, partition, message.key);
      const attempt: Attempt = 'confirmed' in place ? { kind: 'not-written', outcome: place } : await this.attempt(place, record, sent);
      if ('leader' in place) partition = place.partition;
      if (attempt.kind === 'outcome') return attempt.outcome;
      if (attempt.kind === 'not-written') {
        if (!(sent || isPassing(attempt.outcome)) || this.now() > until)
          return sent ? unknown('the connection went and Kafka did not come back in time') : attempt.outcome;
      } else if (attempt.kind === 'lost') {
        sent = true;
        if (!this.producer.protects() || this.now() > until) {
          this.producer.forget();
          return unknown(attempt.detail);
        }
      } else if (sent) return unknown('the connection went and Kafka does not remember our last messages');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  private async place(topic: string, partition: number | null, key: Uint8Array | null): Promise<Place | PublishOutcome> {
    let metadata: ClusterMetadata;
    try {
      metadata = await this.link.metadata([topic]);
    } catch (error) {
      return { confirmed: false, why: isAuthFailure(error) ? 'not-allowed' : 'unreachable', detail: problemOf(error).text };
    }
    const found = metadata.topics.find((one) => one.name === topic);
    if (found === undefined || found.errorCode !== 0) return refusal(found?.errorCode ?? 3, topic);
    const partitions = [...found.partitions].sort((a, b) => a.partition - b.partition);
    const wanted = partition ?? partitions[this.choose(key, partitions.length)]?.partition;
    const leader = partitions.find((one) => one.partition === wanted);
    if (leader === undefined) return { confirmed: false, why: 'refused', detail: `topic ${topic} has no partition ${wanted}` };
    if (leader.leader < 0) return { confirmed: false, why: 'unreachable', detail: `partition ${wanted} of ${topic} has no leader now` };
    return { topic, partition: leader.partition, leader: leader.leader };
  }

  /** The same partition for a key as Java's and kafkajs' default; one after the other without a key. */
  private choose(key: Uint8Array | null, count: number): number {
    return key === null ? this.turn++ % count : (murmur2(Buffer.from(key)) & 0x7fffffff) % count;
  }

  private async attempt(place: Place, record: OneRecord, again: boolean): Promise<Attempt> {
    try {
      await this.producer.begin();
      await this.link.reach(place.leader);
    } catch (error) {
      return {
        kind: 'not-written',
        outcome: { confirmed: false, why: isAuthFailure(error) ? 'not-allowed' : 'unreachable', detail: problemOf(error).text },
      };
    }
    const producer = this.producer.place(place.topic, place.partition) ?? NO_PRODUCER;
    try {
      const { errorCode, offset } = await this.link.send(place.leader, {
        apiKey: PRODUCE,
        apiName: 'Produce',
        apiVersion: Math.min(7, await this.link.versionOf(place.leader, PRODUCE)),
        bytes: encodeProduce(place, encodeBatch(record, producer)),
        read: readProduce,
        timeoutMs: ANSWER_MS + 5_000,
      });
      return this.answered(place, errorCode, offset, again);
    } catch (error) {
      if (error instanceof UnreachableError)
        return { kind: 'not-written', outcome: { confirmed: false, why: 'unreachable', detail: problemOf(error).text } };
      if (isConnectionFailure(error)) return { kind: 'lost', detail: problemOf(error).text };
      throw error;
    }
  }

  private answered(place: Place, errorCode: number, offset: number, again: boolean): Attempt {
    if (errorCode === 0) {
      this.producer.written(place.topic, place.partition);
      return { kind: 'outcome', outcome: { confirmed: true, partition: place.partition, offset: offset < 0 ? null : offset } };
    }
    switch (errorName(errorCode)) {
      case 'OUT_OF_ORDER_SEQUENCE_NUMBER':
      case 'UNKNOWN_PRODUCER_ID':
      case 'INVALID_PRODUCER_EPOCH':
      case 'INVALID_PRODUCER_ID_MAPPING':
        this.producer.forget();
        return { kind: 'new-producer' };
      // A repetition that the broker has already and can't tell the place of.
      case 'DUPLICATE_SEQUENCE_NUMBER':
        this.producer.written(place.topic, place.partition);
        return { kind: 'outcome', outcome: { confirmed: true, partition: place.partition, offset: null } };
      case 'REQUEST_TIMED_OUT':
      case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
        return { kind: 'lost', detail: `Kafka took the message but not all replicas confirmed it (${errorName(errorCode)})` };
      case 'LEADER_NOT_AVAILABLE':
      case 'NOT_LEADER_FOR_PARTITION':
      case 'NOT_ENOUGH_REPLICAS':
      case 'KAFKA_STORAGE_ERROR':
        return {
          kind: 'not-written',
          outcome: {
            confirmed: false,
            why: 'unreachable',
            detail: `partition ${place.partition} of ${place.topic}: ${errorName(errorCode)}`,
          },
        };
      default:
        return {
          kind: 'outcome',
          outcome: again
            ? unknown(`the connection went, and to the repetition Kafka said ${errorName(errorCode)}`)
            : refusal(errorCode, place.topic),
        };
    }
  }
}

const unknown = (detail: string): PublishOutcome => ({ confirmed: 'unknown', detail });

/** Only a cluster that is there and rearranging itself is waited for; one that can't be reached is told at once. */
const isPassing = (outcome: PublishOutcome): boolean =>
  outcome.confirmed === false && outcome.why === 'unreachable' && outcome.detail.startsWith('partition ');

function refusal(errorCode: number, topic: string): PublishOutcome {
  switch (errorName(errorCode)) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return { confirmed: false, why: 'refused', detail: `there is no topic ${topic}; we never make one` };
    case 'TOPIC_AUTHORIZATION_FAILED':
    case 'CLUSTER_AUTHORIZATION_FAILED':
      return { confirmed: false, why: 'not-allowed', detail: `our user may not write to ${topic}: give it WRITE on this topic` };
    case 'MESSAGE_TOO_LARGE':
    case 'RECORD_LIST_TOO_LARGE':
      return { confirmed: false, why: 'too-large', detail: `the message is larger than ${topic} takes (max.message.bytes)` };
    default:
      return { confirmed: false, why: 'refused', detail: `Kafka refused it: ${errorName(errorCode)}` };
  }
}

function encodeProduce({ topic, partition }: Place, batch: Buffer): Buffer {
  return new ByteWriter()
    .string(null)
    .int16(ACKS_ALL)
    .int32(ANSWER_MS)
    .int32(1)
    .string(topic)
    .int32(1)
    .int32(partition)
    .int32(batch.length)
    .raw(batch)
    .bytes();
}

function readProduce(payload: Buffer): { errorCode: number; offset: number } {
  const reader = new ByteReader(payload);
  reader.int32();
  reader.string();
  reader.int32();
  reader.int32();
  return { errorCode: reader.int16(), offset: reader.int64() };
}
