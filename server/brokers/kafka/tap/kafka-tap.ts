import { AppError } from '@/lib/errors';
import type { Tap, TapBatch, TapOptions, TapState } from '@/server/brokers/broker';
import { growBatch, type GrowingBatch } from '@/server/brokers/growing-batch';
import type { Log } from '@/server/log';
import { problemOf } from '../kafka-errors';
import { KafkaLink } from '../kafka-link';
import type { KafkaSettings } from '../kafka-settings';
import { HeaderNames } from '../wire/header-names';
import { discover } from './discovery';
import { GroupShare } from './group-share';
import { PartitionReader } from './partition-reader';
import { PartitionTable } from './partition-table';
import { RecordBuffer } from './record-buffer';
import { backoffMs, Signal } from './signal';
import { StartPositions, type FoundPartition } from './start-positions';
import { TapStatus } from './tap-status';

export interface KafkaTapParts {
  readonly settings: KafkaSettings;
  readonly log: Log;
  readonly now: () => number;
}

/** Discovery asked for by a reader (a leader moved) is not repeated faster than this. */
const LEAST_BETWEEN_MS = 250;

/** Listens on one cluster. Resolves after the first look at it, whether that succeeded or not (`Tap.state` says). */
export async function openKafkaTap(options: TapOptions, parts: KafkaTapParts): Promise<Tap> {
  const tap = new KafkaTap(options, parts);
  await tap.start();
  return tap;
}

/**
 * Without a group: one discovery loop, one fetching loop per leader, a bounded buffer, `next()`. Positions live in memory and, with the
 * batches, in the store; a broken connection loses nothing and starts nothing over, so the generation stays 1.
 * With a group: the same, but GroupShare says which partitions are ours; what was read and not stored when they are taken away is dropped,
 * and the generation grows.
 */
class KafkaTap implements Tap {
  private readonly link: KafkaLink;
  private readonly status: TapStatus;
  private readonly buffer: RecordBuffer;
  private readonly table = new PartitionTable();
  private readonly wake = new Signal();
  private readonly nudge = new Signal();
  private readonly closing = new Signal();
  private readonly starts: StartPositions;
  private readonly reader: PartitionReader;
  private readonly share: GroupShare | null;
  private readonly unsettled: GrowingBatch[] = [];
  private readonly settled = new Signal();
  private readonly loops: Promise<void>[] = [];
  private generation = 1;
  private number: number;
  private nudged = false;
  private isClosed = false;

  constructor(
    private readonly options: TapOptions,
    private readonly parts: KafkaTapParts,
  ) {
    const { settings, log, now } = parts;
    this.number = options.resume.batch;
    this.link = new KafkaLink(settings, log);
    this.status = new TapStatus(now, (problem) => log.warn({ tap: options.tap, code: problem.code }, problem.text));
    this.buffer = new RecordBuffer(options.maxBufferedBytes);
    this.starts = new StartPositions(this.link, this.table, options);
    this.reader = new PartitionReader(
      {
        link: this.link,
        table: this.table,
        buffer: this.buffer,
        status: this.status,
        names: new HeaderNames(),
        wake: this.wake,
        now,
        closed: () => this.isClosed,
        discoverSoon: () => this.discoverSoon(),
        maxBodyBytes: options.maxBodyBytes,
        readCommitted: settings.isolation !== 'read-uncommitted',
      },
      this.starts,
    );
    this.share = settings.group === undefined ? null : this.makeShare(settings.group);
  }

  private makeShare(group: string): GroupShare {
    const { settings, log, now } = this.parts;
    return new GroupShare({
      group,
      link: new KafkaLink(settings, log),
      status: this.status,
      now,
      closed: () => this.isClosed,
      read: (found, committed) =>
        this.reader.read(found, async () => ((await this.options.resumeAgain?.()) ?? this.options.resume).offsets, committed),
      drop: () => this.reader.drop(),
      drained: (ms) => this.drained(ms),
      startOver: () => this.startOver(),
    });
  }

  async start(): Promise<void> {
    const wait = await this.discoverOnce(0);
    this.loops.push(this.keepDiscovering(wait));
    if (this.share !== null) {
      this.loops.push(this.share.run());
      await this.share.firstTry();
    }
  }

  private async keepDiscovering(firstWait: number): Promise<void> {
    let wait = firstWait;
    let failures = wait < this.options.discoverEveryMs ? 1 : 0;
    while (!this.isClosed) {
      // While the cluster can't be seen at all, a reader's wish to look again must not shorten the backoff.
      if (failures > 0) await this.closing.wait(wait);
      else {
        const at = this.parts.now();
        if (!this.nudged) await this.nudge.wait(wait);
        const early = LEAST_BETWEEN_MS - (this.parts.now() - at);
        if (this.nudged && early > 0) await this.closing.wait(early);
      }
      this.nudged = false;
      if (this.isClosed) break;
      wait = await this.discoverOnce(failures);
      const before = failures;
      failures = wait < this.options.discoverEveryMs ? failures + 1 : 0;
      if (before > 0 && failures === 0) this.wake.wake();
    }
  }

  /** Gives how long to wait before the next look, in ms. */
  private async discoverOnce(failures: number): Promise<number> {
    const { options, status } = this;
    try {
      const found = await discover(this.link, options, status);
      this.starts.firstLook(found);
      const complete = await this.readFound(found);
      status.solved('discovery');
      if (this.share === null) status.started();
      return complete ? options.discoverEveryMs : Math.min(options.discoverEveryMs, backoffMs(failures + 1));
    } catch (error) {
      if (this.isClosed) return options.discoverEveryMs;
      const wait = Math.min(options.discoverEveryMs - 1, backoffMs(failures + 1));
      status.trouble('discovery', problemOf(error), this.parts.now() + wait);
      return wait;
    }
  }

  private async readFound(found: readonly FoundPartition[]): Promise<boolean> {
    if (this.share === null) return this.reader.read(found, () => this.options.resume.offsets, null);
    this.share.offer(found);
    return true;
  }

  private discoverSoon(): void {
    this.nudged = true;
    this.nudge.wake();
  }

  async next(limit: { readonly records: number; readonly bytes: number }): Promise<TapBatch | null> {
    while (!this.isClosed) {
      if (!(await this.buffer.content()) || this.isClosed) continue;
      const { records, gaps, offsets } = this.buffer.take(limit);
      if (records.length === 0 && gaps.length === 0) continue;
      const batch: GrowingBatch = { number: ++this.number, generation: this.generation, records, gaps, offsets };
      this.unsettled.push(batch);
      return batch;
    }
    return null;
  }

  more(batch: TapBatch, limit: { readonly records: number; readonly bytes: number }): boolean {
    const newest = this.unsettled.at(-1);
    if (newest === undefined || newest !== batch || newest.generation !== this.generation || this.isClosed) return false;
    if (!this.buffer.hasAny()) return false;
    growBatch(newest, this.buffer.take(limit));
    return true;
  }

  async settle(batch: TapBatch): Promise<void> {
    if (this.isClosed) throw new AppError('tap-closed', 'the tap is closed');
    if (batch.generation !== this.generation || this.unsettled[0] !== batch) {
      throw new AppError('tap-lost', `batch ${batch.number} belongs to partitions that were taken away: it will be read again`, {
        retryable: true,
      });
    }
    await this.share?.commit(batch.offsets);
    if (this.unsettled[0] === batch) this.unsettled.shift();
    this.settled.wake();
  }

  /** Waits until every batch that was handed out is settled; false when it took too long. */
  private async drained(ms: number): Promise<boolean> {
    const until = this.parts.now() + ms;
    while (this.unsettled.length > 0 && !this.isClosed && this.parts.now() < until) await this.settled.wait(until - this.parts.now());
    return this.unsettled.length === 0;
  }

  private startOver(): void {
    this.generation++;
    this.unsettled.length = 0;
  }

  state(): TapState {
    return this.status.state;
  }

  onState(listener: (state: TapState) => void): void {
    this.status.listen(listener);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const signal of [this.wake, this.nudge, this.closing, this.settled]) signal.wake();
    this.buffer.wake();
    await this.share?.close();
    await this.link.close();
    await Promise.all([...this.loops, this.reader.ended()]);
    this.status.closed();
  }
}
