import { AppError } from '@/lib/errors';
import type { ChannelName } from '@/lib/events/names';
import type { RawRecord } from '@/lib/events/observed-event';
import { growBatch, type GrowingBatch } from '../../brokers/growing-batch';
import type { Broker, Tap, TapBatch, TapGap, TapOptions, TapState } from '../../brokers/broker';

/** A tap whose every word the test chooses: what comes, when the connection goes, what settling says. */
export class FakeTap implements Tap {
  readonly settled: number[] = [];
  /** Batches that `next` handed out, and how often the newest was added to. */
  given = 0;
  grown = 0;
  closed = false;
  beforeSettle: (batch: TapBatch) => Promise<void> | void = () => undefined;
  private number: number;
  private generation = 1;
  private waiting: { give(batch: TapBatch | null): void; fail(error: Error): void } | null = null;
  private newest: GrowingBatch | null = null;
  private queued: RawRecord[] = [];
  private queuedGaps: TapGap[] = [];

  constructor(readonly options: TapOptions) {
    this.number = options.resume.batch;
  }

  /** Records that arrive now. */
  arrive(records: readonly RawRecord[], gaps: readonly TapGap[] = []): void {
    this.queued.push(...records);
    this.queuedGaps.push(...gaps);
    const { waiting } = this;
    this.waiting = null;
    waiting?.give(this.take());
  }

  /** The connection went and came back. */
  reconnect(): void {
    this.generation++;
  }

  lose(): void {
    this.waiting?.fail(new AppError('tap-lost', 'the connection went', { retryable: true }));
    this.waiting = null;
  }

  async next(): Promise<TapBatch | null> {
    if (this.closed) return null;
    if (this.queued.length + this.queuedGaps.length > 0) return this.take();
    return new Promise((give, fail) => {
      this.waiting = { give, fail };
    });
  }

  more(batch: TapBatch): boolean {
    if (this.newest !== batch || batch.generation !== this.generation || this.queued.length + this.queuedGaps.length === 0) return false;
    growBatch(batch as GrowingBatch, this.cut());
    this.grown++;
    return true;
  }

  async settle(batch: TapBatch): Promise<void> {
    await this.beforeSettle(batch);
    if (this.closed) throw new AppError('tap-closed', 'closed');
    this.settled.push(batch.number);
  }

  state(): TapState {
    return { status: this.closed ? 'closed' : 'live', problem: null, since: 0, nextTryAt: null, channels: ['orders'], notes: [] };
  }

  onState(): void {}

  async close(): Promise<void> {
    this.closed = true;
    this.waiting?.give(null);
    this.waiting = null;
  }

  private take(): TapBatch {
    this.given++;
    return (this.newest = { number: ++this.number, generation: this.generation, ...this.cut() });
  }

  private cut(): Pick<GrowingBatch, 'records' | 'gaps' | 'offsets'> {
    const records = this.queued;
    const gaps = this.queuedGaps;
    this.queued = [];
    this.queuedGaps = [];
    const offsets = new Map<ChannelName, Map<number, number>>();
    for (const { channel, partition, offset } of records) {
      if (partition === null || offset === null) continue;
      const partitions = offsets.get(channel) ?? new Map<number, number>();
      partitions.set(partition, offset + 1);
      offsets.set(channel, partitions);
    }
    return { records, gaps, offsets };
  }
}

/** A broker that only taps; each `openTap` makes the next `FakeTap`. */
export class FakeBroker implements Broker {
  readonly name = 'shop';
  readonly inProcess = true;
  readonly exceptions = [];
  readonly taps: FakeTap[] = [];
  /** Throw here to refuse a tap. */
  beforeOpen: () => void = () => undefined;

  constructor(readonly system: 'kafka' | 'rabbitmq' = 'rabbitmq') {}

  async openTap(options: TapOptions): Promise<FakeTap> {
    this.beforeOpen();
    const tap = new FakeTap(options);
    this.taps.push(tap);
    return tap;
  }

  describe = async () => ({
    broker: this.name,
    system: this.system,
    inProcess: true,
    at: 0,
    product: 'fake',
    channels: [],
    inboxes: [],
    bindings: [],
    missing: [],
  });
  sample = async () => ({ at: 0, groups: [], queues: [], channels: [] });
  publish = async () => ({ confirmed: false as const, why: 'refused' as const, detail: 'fake' });
  takeLetter = async () => ({ taken: false as const, why: 'not-found' as const, detail: 'fake' });
  close = async () => undefined;
}
