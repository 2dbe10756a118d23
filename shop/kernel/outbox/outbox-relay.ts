import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../db/lease';
import type { Publisher } from '../publisher';
import type { HostLog } from '../service-host';
import type { Broker, Outbox, OutboxRow } from './outbox';

export interface RelayParts {
  readonly outbox: Outbox;
  readonly publisher: Pick<Publisher, 'publish' | 'publishTogether' | 'ready'>;
  /** Of several instances with one database, one relays. */
  readonly lease: Lease;
  readonly log: Pick<HostLog, 'warn'>;
  readonly time: (ms: number) => number;
  readonly onPending?: (events: number) => void;
}

const BROKERS: readonly Broker[] = ['rabbitmq', 'kafka'];
/** Rows looked at in one go, and how often without being poked: rows of another instance wait no longer than this. */
const WINDOW = 500;
const POLL_MS = 20;
const AFTER_FAILURE_MS = 1_000;

/**
 * Publishes what the outbox keeps. Lanes (channel and key) go side by side, rows of one lane one after the other, so that order per key holds; a lane
 * whose publish fails waits and goes on with the same row. A crash between the confirm and the removal publishes a row again, with the same id.
 */
export class OutboxRelay {
  private readonly busyLanes = new Map<string, Promise<void>>();
  private published: number[] = [];
  private flushing: Promise<void> | null = null;
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

  /** Publishes what is there as far as the brokers take it, then gives the lease to the next. */
  async stop(): Promise<void> {
    this.running = false;
    this.wake();
    await this.loop;
    await Promise.all(this.busyLanes.values());
    this.flush();
    this.parts.lease.release();
  }

  /** Ends at once: what was not removed is published by whoever comes next. */
  crash(): void {
    this.running = false;
    this.stopped = true;
    this.wake();
  }

  private async run(): Promise<void> {
    while (this.running) {
      if (this.parts.lease.hold()) this.pump();
      await this.pause(POLL_MS);
    }
  }

  private pump(): void {
    const { outbox, publisher, onPending } = this.parts;
    onPending?.(outbox.pending());
    for (const broker of BROKERS) {
      if (!publisher.ready(broker)) continue;
      for (const [lane, rows] of lanesOf(outbox.next(broker, WINDOW))) {
        if (this.busyLanes.has(lane)) continue;
        const work = this.relay(rows)
          .catch((error: unknown) => this.rest(error))
          .finally(() => {
            if (this.stopped) return;
            this.flush();
            this.busyLanes.delete(lane);
            this.wake();
          });
        this.busyLanes.set(lane, work);
      }
    }
  }

  /** One lane. Rejects at the first row that was not taken. */
  private async relay(rows: readonly OutboxRow[]): Promise<void> {
    const { publisher } = this.parts;
    for (const group of batches(rows)) {
      const [{ event }] = group;
      if (event.transaction !== undefined)
        await publisher.publishTogether(
          event.transaction.id,
          group.map((row) => row.event),
        );
      else if ((await publisher.publish(event)) === 'refused')
        throw new Error(`${event.channels[0]?.channel} takes nothing for the moment`);
      if (this.stopped) return;
      this.published.push(...group.map(({ seq }) => seq));
      this.flushing ??= Promise.resolve().then(() => this.flush());
    }
  }

  private async rest(error: unknown): Promise<void> {
    if (this.stopped) return;
    this.parts.log.warn({ cause: (error as Error).name }, 'the outbox could not publish, and waits');
    await sleep(this.parts.time(AFTER_FAILURE_MS));
  }

  private flush(): void {
    this.flushing = null;
    if (this.stopped || this.published.length === 0) return;
    const seqs = this.published;
    this.published = [];
    this.parts.outbox.remove(seqs);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function lanesOf(rows: readonly OutboxRow[]): Map<string, OutboxRow[]> {
  const lanes = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const lane = lanes.get(row.lane);
    if (lane === undefined) lanes.set(row.lane, [row]);
    else lane.push(row);
  }
  return lanes;
}

/** Neighbours of one batch go together, others alone. */
function batches(rows: readonly OutboxRow[]): [OutboxRow, ...OutboxRow[]][] {
  const groups: [OutboxRow, ...OutboxRow[]][] = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last !== undefined && row.batch !== null && last[0].batch === row.batch) last.push(row);
    else groups.push([row]);
  }
  return groups;
}
