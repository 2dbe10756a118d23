import { AppError, isAppError } from '@/lib/errors';
import type { Rules } from '@/lib/events/recognise/compile-rules';
import type { TapName } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { Broker, Tap, TapBatch, TapState } from '../../brokers/broker';
import type { Bodies } from '../../decoding/bodies';
import type { Log } from '../../log';
import type { StoredBatch, Store } from '../../store/store';
import { Backoff, pause } from '../backoff';
import type { TapSettings } from '../collector-parts';
import type { BrokerView } from './broker-view';
import { OpenBatch } from './open-batch';
import { LIMIT, Pace } from './pace';

export interface TapLoopParts {
  readonly broker: Broker;
  readonly view: BrokerView;
  readonly store: Store;
  readonly rules: Rules;
  /** Decodes what needs a schema; without it that is done when somebody looks. */
  readonly bodies?: Bodies | undefined;
  readonly settings: TapSettings;
  readonly owner: string;
  readonly log: Log;
  /** As soon as they are recognised, before they are stored: for who looks at their trace just now. Must not throw. */
  readonly onRead: (events: readonly ObservedEvent[]) => void;
  /** After the store has it, before it is settled: announce, count, fold sagas. Must not throw. */
  readonly onStored: (batch: StoredBatch, tookMs: number) => void;
  readonly onState: () => void;
  /** How often the holder of a tap says that it is alive, and after how much silence a fenced one takes the tap again, ms. */
  readonly lease?: { readonly beatMs: number; readonly goneAfterMs: number };
}

/** How often an open batch takes what came. */
const LOOK_AGAIN_MS = 16;
const LEASE = { beatMs: 5_000, goneAfterMs: 20_000 };

type Problem = NonNullable<TapState['problem']>;

/**
 * One tap from its source to the store (docs/spec/ingest.md):
 *
 *     next ─► recognise ─► append ─► announce ─► settle                  (batch n)
 *              next ─► recognise ─► more ─► recognise ─► … (waits for n)  (batch n+1, open: it grows)
 *
 * [I4] A batch is stored under the number the tap gave it, and [I6] in order: n is stored and settled before n+1 is stored. [I7] What the store
 * refuses is tried again until it is taken; meanwhile one batch grows up to its limit, then nothing is taken and the tap pauses by its own bound.
 * [I9] When the tap is lost, what was not stored is dropped and read again: a new lease (which fences inserts of ours that are still under
 * way), the store's position, a new tap.
 */
export class TapLoop {
  readonly tap: TapName;
  /** Read no more. */
  private readonly drain = new AbortController();
  /** Do not wait for the store any longer. */
  private readonly stop = new AbortController();
  private wake = new AbortController();
  private current: Tap | null = null;
  private problem: Problem | null = null;
  private problemSince = Date.now();
  private nextTryAt: number | null = null;
  private startedAt = Date.now();
  private running: Promise<void> | null = null;
  private now = false;

  constructor(private readonly parts: TapLoopParts) {
    this.tap = parts.settings.tap;
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Try again now, whatever the waiting time was; a tap that is trying by itself is opened anew. */
  retry(): void {
    this.now = true;
    this.wake.abort();
    const status = this.current?.state().status;
    if (status === 'retrying' || status === 'failed') this.current?.close().catch(() => undefined);
  }

  state(): TapState {
    const own = this.current?.state() ?? null;
    if (this.problem === null && own !== null) return own;
    const status = this.drain.signal.aborted
      ? 'closed'
      : this.problem === null
        ? 'starting'
        : this.current === null
          ? 'retrying'
          : 'paused';
    return {
      status,
      problem: this.problem,
      since: this.problem === null ? this.startedAt : this.problemSince,
      nextTryAt: this.nextTryAt,
      channels: own?.channels ?? [],
      notes: own?.notes ?? [],
    };
  }

  /** Takes no more, finishes the batches that are on their way (within `graceMs`), and lets the tap go. */
  async close(graceMs = 5_000): Promise<void> {
    this.drain.abort();
    const grace = setTimeout(() => this.stop.abort(), graceMs);
    const late = new AbortController();
    await Promise.race([this.running ?? Promise.resolve(), pause(graceMs + 1_000, late.signal)]);
    late.abort();
    clearTimeout(grace);
    this.stop.abort();
    this.parts.onState();
  }

  private async run(): Promise<void> {
    const backoff = new Backoff(500, 15_000);
    while (!this.drain.signal.aborted) {
      try {
        await this.session(() => backoff.reset());
      } catch (error) {
        this.note(problemOf(error));
        this.parts.log.warn({ tap: this.tap, code: isAppError(error) ? error.code : 'internal', err: error }, 'tap lost, will start over');
      }
      if (!this.drain.signal.aborted) await this.waitForNextTry(backoff);
    }
  }

  private async waitForNextTry(backoff: Backoff): Promise<void> {
    if (this.problem?.code === 'store-fenced') return this.waitForOther();
    const lost = this.problem?.code === 'tap-lost';
    await this.waitOrWake(lost ? Math.min(250, backoff.next()) : backoff.next());
  }

  /**
   * Fenced by another collector: two that take a tap from each other would never end. So it is taken again when the other one is silent, or
   * when a person says so.
   */
  private async waitForOther(): Promise<void> {
    const { store, lease: { beatMs, goneAfterMs } = LEASE } = this.parts;
    while (!this.drain.signal.aborted) {
      if (await this.waitOrWake(beatMs)) return;
      // A store that does not answer says nothing about the other one.
      const silence = await store.leaseSilence(this.tap).catch(() => 0);
      if (silence === null || silence > goneAfterMs) return;
    }
  }

  /** True when somebody did not want to wait. */
  private async waitOrWake(ms: number): Promise<boolean> {
    const wait = this.now ? 0 : ms;
    this.nextTryAt = Date.now() + wait;
    this.parts.onState();
    this.now = false;
    this.wake = new AbortController();
    await pause(wait, AbortSignal.any([this.drain.signal, this.wake.signal]));
    this.nextTryAt = null;
    return wait === 0 || this.wake.signal.aborted;
  }

  /** From a lease to the loss of the tap. */
  private async session(healthy: () => void): Promise<void> {
    const { store, broker, settings, owner } = this.parts;
    const { epoch } = await store.acquireLease(this.tap, owner);
    const resume = await store.tapPosition(this.tap);
    const { include, exclude, maxBodyBytes, maxBufferedBytes, startAt, discoverEveryMs } = settings;
    const tap = await broker.openTap({
      tap: this.tap,
      epoch,
      include,
      exclude,
      resume,
      resumeAgain: () => store.tapPosition(this.tap),
      maxBodyBytes,
      maxBufferedBytes,
      startAt,
      discoverEveryMs,
    });
    this.current = tap;
    this.note(null);
    tap.onState(() => this.parts.onState());
    this.parts.onState();
    try {
      await this.read(tap, epoch, healthy);
    } finally {
      this.current = null;
      await tap.close().catch(() => undefined);
    }
  }

  private async read(tap: Tap, epoch: number, healthy: () => void): Promise<void> {
    const pace = new Pace();
    let generation: number | null = null;
    const writing = new Writing(this.drain.signal);
    const beat = this.beat(epoch, writing);
    try {
      while (!this.drain.signal.aborted) {
        const batch = await writing.orEnd(tap.next(LIMIT));
        if (batch === null) return;
        generation ??= batch.generation;
        if (batch.generation !== generation) throw lost();
        const open = new OpenBatch(tap, batch, { tap: this.tap, epoch }, this.parts);
        await open.recogniseRest();
        await this.grow(open, pace, writing);
        await writing.done();
        pace.took(performance.now(), batch.records.length, open.bytes);
        writing.begin(this.write(tap, batch, open.toStored(), pace, healthy));
      }
    } finally {
      clearInterval(beat);
      await writing.settled();
      writing.leave();
    }
  }

  /** [I6] What comes while the store works, and until the tick is over, belongs to the open batch: read and shown now, stored with it. */
  private async grow(open: OpenBatch, pace: Pace, writing: Writing): Promise<void> {
    while (!open.isFull() && !writing.hasFailed() && !this.drain.signal.aborted) {
      const wait = pace.waitBefore(performance.now());
      if (wait === 0 && !writing.isBusy()) return;
      await pause(wait === 0 ? LOOK_AGAIN_MS : Math.min(wait, LOOK_AGAIN_MS), this.drain.signal);
      await open.more();
    }
  }

  /** A quiet tap stores nothing and would never learn that it was taken over. */
  private beat(epoch: number, writing: Writing): ReturnType<typeof setInterval> {
    const { store, lease: { beatMs } = LEASE } = this.parts;
    return setInterval(() => {
      store.renewLease(this.tap, epoch).then(
        (ours) => {
          if (!ours) writing.fail(new AppError('store-fenced', 'another collector has this tap'));
        },
        // Who cannot reach the store cannot store either, and says so there.
        () => undefined,
      );
    }, beatMs);
  }

  private async write(tap: Tap, batch: TapBatch, prepared: StoredBatch, pace: Pace, healthy: () => void): Promise<void> {
    const tookMs = await this.append(prepared);
    if (tookMs === null) return;
    pace.stored(tookMs);
    this.parts.onStored(prepared, tookMs);
    await tap.settle(batch);
    healthy();
  }

  /** Milliseconds it took, or `null` when the collector stops before the store is back. */
  private async append(batch: StoredBatch): Promise<number | null> {
    const { store, log } = this.parts;
    const backoff = new Backoff(100, 5_000);
    for (;;) {
      const start = performance.now();
      try {
        await store.append(batch);
        if (this.problem !== null) this.note(null);
        return performance.now() - start;
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code === 'store-fenced') throw error;
        if (this.problem?.code !== problem.code)
          log.warn({ tap: this.tap, code: problem.code, err: error }, 'the store did not take a batch, trying again');
        const wait = isAppError(error) && error.retryable ? backoff.next() : Math.max(2_000, backoff.next());
        this.nextTryAt = Date.now() + wait;
        this.note(problem);
        this.wake = new AbortController();
        await pause(wait, AbortSignal.any([this.stop.signal, this.wake.signal]));
        this.nextTryAt = null;
        if (this.stop.signal.aborted) return null;
      }
    }
  }

  private note(problem: Problem | null): void {
    if (problem?.code !== this.problem?.code) this.problemSince = Date.now();
    this.problem = problem;
    this.parts.onState();
  }
}

/** The batch that is being written. Its failure must end the reading too, which may be waiting for an event that never comes. */
class Writing {
  private pending: Promise<void> = Promise.resolve();
  private busy = false;
  private failure: { readonly error: unknown } | null = null;
  /** Ends the wait that is under way. */
  private endWait: (() => void) | null = null;

  constructor(private readonly drain: AbortSignal) {
    drain.addEventListener('abort', this.onDrain);
  }

  private readonly onDrain = (): void => this.endWait?.();

  leave(): void {
    this.drain.removeEventListener('abort', this.onDrain);
  }

  begin(work: Promise<void>): void {
    this.busy = true;
    this.pending = work
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.busy = false;
      });
  }

  isBusy(): boolean {
    return this.busy;
  }

  hasFailed(): boolean {
    return this.failure !== null;
  }

  fail(reason: unknown): void {
    this.failure ??= { error: reason };
    this.endWait?.();
  }

  /**
   * The batch, or `null` when there is to be no more; throws when writing failed meanwhile. What comes later is dropped and read again.
   * Not `Promise.race` with one promise of the end: that promise would hold every batch that ever won against it.
   */
  orEnd<T>(waiting: Promise<T | null>): Promise<T | null> {
    return new Promise<T | null>((resolve, reject) => {
      const end = (): void => (this.failure === null ? resolve(null) : reject(this.failure.error as Error));
      if (this.failure !== null || this.drain.aborted) end();
      this.endWait = end;
      waiting.then(resolve, reject);
    }).finally(() => {
      this.endWait = null;
    });
  }

  async done(): Promise<void> {
    await this.pending;
    if (this.failure !== null) throw this.failure.error;
  }

  settled(): Promise<void> {
    return this.pending;
  }
}

const lost = (): AppError => new AppError('tap-lost', 'The tap connected again meanwhile.', { retryable: true });

function problemOf(error: unknown): Problem {
  if (!isAppError(error))
    return {
      code: 'internal',
      text: 'Something unexpected happened in the tap. The log has it.',
      cure: 'It is tried again by itself. If it stays, look into the log of the collector.',
      command: null,
    };
  if (error.code === 'store-fenced')
    return {
      code: error.code,
      text: 'Another collector has taken this tap over.',
      cure: 'Nothing, if that is meant: it is taken back by itself once the other one has been silent for 20 s. “Try again” takes it back now.',
      command: null,
    };
  return { code: error.code, text: error.message, cure: error.cure ?? 'It is tried again by itself.', command: null };
}
