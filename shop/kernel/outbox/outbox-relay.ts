import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../db/lease';
import { DRAIN_MS, settledWithin } from '../drain';
import type { Publisher } from '../publisher';
import type { HostLog } from '../host-needs';
import type { Broker, Outbox, OutboxRow } from './outbox';

export interface RelayParts {
  readonly outbox: Outbox;
  readonly publisher: Pick<Publisher, 'publish' | 'publishTogether' | 'ready'>;
  /** Of several instances with one database, one relays. */
  readonly lease: Lease;
  readonly log: Pick<HostLog, 'warn'>;
  readonly time: (ms: number) => number;
  readonly onPending?: (events: number) => void;
  /** A stop waits no longer than this for a broker. */
  readonly drainMs?: number;
}

const BROKERS: readonly Broker[] = ['rabbitmq', 'kafka'];
/** Rows of one broker held in memory, and how often new ones are looked for without being poked: those of another instance wait no longer. */
const WINDOW = 500;
const POLL_MS = 20;
const AFTER_FAILURE_MS = 1_000;

/** Rows that go one after the other, oldest first. */
interface Lane {
  readonly rows: OutboxRow[];
  work: Promise<void> | null;
}

/** What was read of one broker's rows, and how far. */
class Reading {
  readonly lanes = new Map<string, Lane>();
  private cursor = 0;
  private held = 0;

  /** Adds what is new behind what waits. */
  refill(outbox: Outbox, broker: Broker): void {
    const limit = WINDOW - this.held;
    if (limit <= 0) return;
    const read = outbox.next(broker, limit, this.cursor);
    // A batch that the limit has cut is read whole the next time.
    const cut = read.length === limit ? read.at(-1)?.batch : null;
    for (const row of cut === null || cut === undefined ? read : read.filter(({ batch }) => batch !== cut)) {
      const lane = this.lanes.get(row.lane) ?? { rows: [], work: null };
      lane.rows.push(row);
      this.lanes.set(row.lane, lane);
      this.cursor = row.seq;
      this.held += 1;
    }
  }

  done(lane: Lane, rows: number): void {
    lane.rows.splice(0, rows);
    this.held -= rows;
  }
}

/**
 * Publishes what the outbox keeps. Lanes (channel and key) go side by side, rows of one lane one after the other, so that order per key holds; a lane
 * whose publish fails waits and goes on with the same row. A crash between the confirm and the removal publishes a row again, with the same id.
 */
export class OutboxRelay {
  private readings = freshReadings();
  private published: number[] = [];
  private isFlushDue = false;
  private running = false;
  private stopped = false;
  private wake: () => void = () => {};
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly parts: RelayParts) {}

  start(): void {
    this.running = true;
    this.loop = this.run();
  }

  /** Something was committed: look now. */
  poke(): void {
    this.wake();
  }

  /** Publishes what is there as far as the brokers take it within 10 s, then gives the lease to the next. */
  async stop(): Promise<void> {
    this.running = false;
    this.wake();
    await this.loop;
    await settledWithin(this.parts.drainMs ?? DRAIN_MS, [this.drain()]);
    // A publish that still waits for its broker is nobody's any more.
    this.stopped = true;
    this.parts.lease.release();
  }

  private async drain(): Promise<void> {
    for (let left = Infinity; this.parts.outbox.pending() < left && this.parts.lease.hold(); this.flush()) {
      left = this.parts.outbox.pending();
      this.pump();
      // A broker that takes nothing keeps nobody from going.
      const taking = [...this.readings].filter(([broker]) => this.parts.publisher.ready(broker));
      await Promise.all(taking.flatMap(([, { lanes }]) => [...lanes.values()].map(({ work }) => work)));
    }
  }

  /** Ends at once: what was not removed is published by whoever comes next. */
  crash(): void {
    this.running = false;
    this.stopped = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (this.running) {
      this.look();
      await this.pause(POLL_MS);
    }
  }

  private look(): void {
    try {
      this.flush();
      if (this.parts.lease.hold()) this.pump();
      else this.readings = freshReadings();
    } catch (error) {
      // Another process holds the file: what waits goes on waiting.
      if (!this.stopped) this.parts.log.warn({ cause: (error as Error).name }, 'the outbox could not be read, and is looked at again');
    }
  }

  private pump(): void {
    const { outbox, publisher, onPending } = this.parts;
    onPending?.(outbox.pending());
    for (const [broker, reading] of this.readings) {
      if (!publisher.ready(broker)) continue;
      reading.refill(outbox, broker);
      for (const [name, lane] of reading.lanes) lane.work ??= this.work(reading, name, lane);
    }
  }

  private async work(reading: Reading, name: string, lane: Lane): Promise<void> {
    try {
      await this.relay(reading, lane);
      // A look in between may have found more of it.
      if (lane.rows.length === 0) reading.lanes.delete(name);
    } catch (error) {
      await this.rest(error);
    } finally {
      lane.work = null;
      this.wake();
    }
  }

  /** One lane, until it is empty. Rejects at the first row that was not taken. */
  private async relay(reading: Reading, lane: Lane): Promise<void> {
    const { publisher } = this.parts;
    for (let group = firstBatch(lane.rows); group.length > 0 && !this.stopped; group = firstBatch(lane.rows)) {
      const [first] = group as [OutboxRow];
      const { transaction } = first.event;
      if (transaction !== undefined)
        await publisher.publishTogether(
          transaction.id,
          group.map((row) => row.event),
        );
      else if ((await publisher.publish(first.event)) === 'refused') throw new Error(`${first.lane} is not taken for the moment`);
      if (this.stopped) return;
      reading.done(lane, group.length);
      this.forget(group);
    }
  }

  private async rest(error: unknown): Promise<void> {
    if (this.stopped) return;
    this.parts.log.warn({ cause: (error as Error).name }, 'the outbox could not publish, and waits');
    await sleep(this.parts.time(AFTER_FAILURE_MS));
  }

  /** Rows that are on the broker are removed together with others of the same moment. */
  private forget(rows: readonly OutboxRow[]): void {
    this.published.push(...rows.map(({ seq }) => seq));
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.isFlushDue = false;
    if (this.stopped || this.published.length === 0) return;
    try {
      this.parts.outbox.remove(this.published);
      this.published = [];
    } catch {
      // The file is held: they are removed at the next look, or published again by whoever comes next.
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        // Commits of one moment are looked at together.
        setImmediate(resolve);
      };
    });
  }
}

const freshReadings = (): ReadonlyMap<Broker, Reading> => new Map(BROKERS.map((broker) => [broker, new Reading()]));

/** The first row, with those of its batch. */
function firstBatch(rows: readonly OutboxRow[]): OutboxRow[] {
  const batch = rows[0]?.batch ?? null;
  const end = batch === null ? 1 : rows.findIndex((row) => row.batch !== batch);
  return rows.slice(0, end === -1 ? rows.length : end);
}
