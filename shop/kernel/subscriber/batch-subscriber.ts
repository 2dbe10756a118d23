import type { Consumer, LogTransport, RecordBatch, RecordDelivery } from '../../transport/port';
import { deadLetterTopic, REPORTING_DLQ } from '../channels';
import { causeOf, connectDeathHeaders, springDeathHeaders } from '../death-headers';
import { Poison, type IncomingEvent } from '../events';
import type { BatchHandler } from '../service-host';
import { groupTopics } from '../topology';
import { recordDeath, type BurialParts } from './failure';
import type { Reader } from './reader';
import { readerOf, type WorkParts } from './work';

export interface BatchReaderParts extends WorkParts, BurialParts {
  readonly kafka: LogTransport;
  readonly time: (ms: number) => number;
}

interface Waiting {
  readonly batch: RecordBatch;
  readonly events: readonly IncomingEvent[];
  readonly next: number;
  readonly done: (outcome: Promise<void>) => void;
}

/**
 * Gathers the records of all partitions of a member until there are enough or the first has waited long enough, has them handled, and commits.
 * One flush at a time: what comes meanwhile is the next one.
 */
export async function batchReader(parts: BatchReaderParts, handler: BatchHandler): Promise<Reader> {
  const { binding, kafka, metrics, log } = parts;
  const { size, waitMs } = binding.batch ?? { size: 100, waitMs: 1_000 };
  const read = readerOf(parts);
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> = Promise.resolve();
  let flushes = 0;
  await kafka.declareTopics(groupTopics(binding));

  async function onBatch(batch: RecordBatch): Promise<void> {
    const events: IncomingEvent[] = [];
    for (const record of batch.records) {
      const event = await readOrBury(record);
      if (event !== null) events.push(event);
    }
    const next = (batch.records.at(-1)?.offset ?? -1) + 1;
    await new Promise<void>((resolve) => {
      waiting.push({ batch, events, next, done: resolve });
      if (waiting.reduce((sum, one) => sum + one.events.length, 0) >= size) flushSoon();
      else if (waiting.length === 1) timer = setTimeout(flushSoon, parts.time(waitMs));
    });
  }

  function flushSoon(): void {
    clearTimeout(timer);
    flushing = flushing.then(flush);
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    const all = waiting.filter(({ batch }) => !batch.over());
    for (const { done } of waiting.filter(({ batch }) => batch.over())) done(Promise.reject(new Error('the partition was taken away')));
    waiting = [];
    if (all.length === 0) return;
    const work = handle(all);
    for (const { done } of all) done(work);
    await work.catch(() => {});
  }

  async function handle(all: readonly Waiting[]): Promise<void> {
    const begun = performance.now();
    const events = all.flatMap((one) => one.events);
    let status: 'success' | 'failed' = 'failed';
    try {
      const position = {
        group: binding.inbox,
        offsets: all.map(({ batch: { topic, partition }, next }) => ({ topic, partition, offset: next })),
      };
      if (events.length > 0) await handler(events, { flush: (flushes += 1), position, signal: parts.signal });
      if (binding.guarantee !== 'exactly-once' || events.length === 0) for (const { batch, next } of all) await batch.commit(next);
      status = 'success';
    } catch (error) {
      log.warn({ inbox: binding.inbox, events: events.length, cause: (error as Error).name }, 'a batch failed, and is given again');
      throw error;
    } finally {
      metrics.processed(`${binding.channel}:${binding.inbox}`, status, (performance.now() - begun) / 1000);
    }
  }

  /** Null when nobody can read it, or nobody here wants it. */
  async function readOrBury(record: RecordDelivery): Promise<IncomingEvent | null> {
    try {
      const event = await read(record.message);
      if (binding.handles.includes(event.type) || binding.handles.includes('*')) return event;
      metrics.ignored(binding.inbox, 'no-handler');
      return null;
    } catch (error) {
      if (!(error instanceof Poison)) throw error;
      await recordDeath(parts, record.message, error, 1);
      const isConnect = binding.errorHandler === 'connect-dlq';
      const topic = isConnect ? REPORTING_DLQ : deadLetterTopic(binding.channel, binding.inbox);
      const headers = (isConnect ? connectDeathHeaders : springDeathHeaders)(record, binding.inbox, causeOf(error));
      await kafka.produce([{ topic, message: { ...record.message, headers: { ...record.message.headers, ...headers } } }], { acks: 'all' });
      return null;
    }
  }

  return {
    async open(): Promise<Consumer> {
      const { inbox, channel, start, isolation, recordsPerPoll } = binding;
      const member = await kafka.join({ group: inbox, topics: [channel], start, isolation, recordsPerPoll }, onBatch);
      return {
        async stop() {
          // What was gathered is flushed before the member leaves: afterwards it could not be committed.
          flushSoon();
          await flushing;
          await member.stop();
        },
      };
    },
    drained: () => flushing,
    lag: () => kafka.lag(binding.inbox, binding.channel),
  };
}
