import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Headers, LogTransport, RecordBatch, RecordDelivery } from '../../transport/port';
import { deadLetterTopic, REPORTING_DLQ, retryTopic } from '../channels';
import { causeOf, connectDeathHeaders, dueAt, retryAttempts, springDeathHeaders, springRetryHeaders, type Cause } from '../death-headers';
import { Poison } from '../events';
import { nextStep } from '../ladder';
import type { Handlers } from '../service-host';
import { groupTopics, wait } from '../topology';
import { recordDeath, type BurialParts } from './failure';
import type { Reader } from './reader';
import { workOf, type WorkParts } from './work';

export interface LogReaderParts extends WorkParts, BurialParts {
  readonly kafka: LogTransport;
  readonly time: (ms: number) => number;
  /** The binding's error handler is `stop`: it has stopped. */
  readonly onStop: (error: unknown) => void;
}

/** A group's topic, and the topics of its retries: commits each record after its effect, or after it was moved elsewhere. */
export async function logReader(parts: LogReaderParts, handlers: Handlers): Promise<Reader> {
  const { binding, kafka } = parts;
  const work = workOf(parts, handlers);
  const begun = new Set<Promise<void>>();
  await kafka.declareTopics(groupTopics(binding));

  async function onBatch(batch: RecordBatch): Promise<void> {
    for (const record of batch.records) {
      if (batch.over() || parts.signal.aborted) return;
      await handle(record, batch);
      if (!binding.autoCommit) await batch.commit(record.offset + 1);
    }
  }

  async function handle(record: RecordDelivery, batch: RecordBatch): Promise<void> {
    const before = retryAttempts(record.message);
    await rest(dueAt(record.message) - parts.clock(), batch);
    for (let failures = before + 1; ; failures += 1) {
      try {
        return await work(record.message, failures);
      } catch (error) {
        if (parts.signal.aborted) throw error;
        if (binding.guarantee === 'at-most-once') return recordDeath(parts, record.message, error, failures);
        if (binding.errorHandler === 'stop') {
          parts.onStop(error);
          throw error;
        }
        const step = nextStep(binding, failures, error instanceof Poison);
        if (step.kind === 'dead') return bury(record, error, failures);
        if (binding.errorHandler === 'retry-topics') return retryLater(record, error, step.attempt, wait(parts.time, step.delayMs));
        await rest(wait(parts.time, step.delayMs), batch);
      }
    }
  }

  /** Waits in pieces, so that the group knows that this member lives. @throws when the partition is another's meanwhile */
  async function rest(ms: number, batch: RecordBatch): Promise<void> {
    for (const until = parts.clock() + ms; parts.clock() < until;) {
      await sleep(Math.min(1_000, until - parts.clock()), undefined, { signal: parts.signal });
      await batch.heartbeat();
      if (batch.over()) throw new Error('the partition was taken away');
    }
  }

  async function retryLater(record: RecordDelivery, error: unknown, attempt: number, delayMs: number): Promise<void> {
    const headers = springRetryHeaders(record, binding.inbox, causeOf(error), attempt, parts.clock() + delayMs);
    await move(record, retryTopic(binding.channel, binding.inbox, attempt - 1), headers);
  }

  async function bury(record: RecordDelivery, error: unknown, failures: number): Promise<void> {
    const cause: Cause = causeOf(error);
    await recordDeath(parts, record.message, error, failures);
    if (binding.errorHandler === 'connect-dlq') await move(record, REPORTING_DLQ, connectDeathHeaders(record, binding.inbox, cause));
    else await move(record, deadLetterTopic(binding.channel, binding.inbox), springDeathHeaders(record, binding.inbox, cause));
  }

  async function move({ message }: RecordDelivery, topic: string, headers: Headers): Promise<void> {
    await kafka.produce([{ topic, message: { ...message, headers: { ...message.headers, ...headers } } }], { acks: 'all' });
  }

  const join = (topic: string, group: string): Promise<Consumer> =>
    kafka.join(
      {
        group,
        topics: [topic],
        start: topic === binding.channel ? binding.start : 'earliest',
        isolation: binding.isolation,
        recordsPerPoll: binding.recordsPerPoll,
        autoCommit: binding.autoCommit,
      },
      (batch) => {
        const doing = onBatch(batch);
        begun.add(doing);
        return doing.finally(() => begun.delete(doing));
      },
    );

  return {
    async open() {
      const retries =
        binding.errorHandler === 'retry-topics' ? binding.ladder.map((_, step) => retryTopic(binding.channel, binding.inbox, step)) : [];
      const members = await Promise.all([
        join(binding.channel, binding.inbox),
        ...retries.map((topic, step) => join(topic, `${binding.inbox}-retry-${step}`)),
      ]);
      return { stop: async () => void (await Promise.all(members.map((member) => member.stop()))) };
    },
    drained: async () => void (await Promise.allSettled(begun)),
    lag: () => kafka.lag(binding.inbox, binding.channel),
  };
}
