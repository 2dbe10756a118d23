import { AppError } from '@/lib/errors';
import type { Log } from '@/server/log';
import type { Tap, TapBatch, TapGap, TapNote, TapOptions, TapState } from '../broker';
import { growBatch, type GrowingBatch } from '../growing-batch';
import { nowMicros } from './clock';
import { type Delivery, toRecord } from './delivery';
import { DeliveryBuffer } from './delivery-buffer';
import { Lookout } from './lookout';
import type { ManagementApi } from './management-api';
import { wantedChannel } from './mirror-plan';
import { Mirror } from './mirror';
import { firstPrefetch, nextPrefetch } from './prefetch';
import { toBrokerError } from './rabbit-errors';
import { type RabbitSettings, tapQueueOf } from './rabbit-settings';
import { type StoredBatch, decideSkip, deliveriesNeeded } from './skip-rule';
import { TapCondition } from './tap-condition';
import { type TapMemory, printOf } from './tap-memory';
import { type TapSession, openTapSession } from './tap-session';

/**
 * A tap over one vhost: connections come and go (`run`), batches go through `next` and `settle`.
 *
 * The state that must be right, and by which test: `stored` is the newest batch the store has (told by `resume`, then by every `settle`);
 * `held` are batches given to the reader and not settled; `buffer` is what was delivered and not given (DeliveryBuffer). On a loss the buffer is dropped, and
 * before anything is read again the first held batch has to be settled: only the reader knows whether it was stored. Live tests [R10], [R11].
 */
interface Held {
  readonly batch: GrowingBatch;
  readonly deliveries: Delivery[];
  lastTag: number | null;
}

const CLOSE_WITHIN_MS = 3_000;

export class RabbitTap implements Tap {
  private readonly condition: TapCondition;
  private readonly mirror: Mirror;
  private readonly lookout: Lookout;
  private readonly buffer = new DeliveryBuffer();
  private readonly wanted: (channel: string) => boolean;

  private session: TapSession | null = null;
  /** Of the connection whose deliveries count: a library may hand over what it had read after the connection was given up. */
  private connection = 0;
  private generation = 1;
  private reading = false;
  private gaps: TapGap[] = [];
  private held: Held[] = [];
  private stored: StoredBatch;

  private prefetch: number;
  private adjusting = false;
  private letting = false;
  /** Acknowledged since the tap was opened, and the last tag of this connection that was: tags count without a hole. */
  private acked = 0;
  private lastAcked = 0;
  private fullChecks = 0;
  private sessionNotes: readonly string[] = [];

  private wake: (() => void) | null = null;
  private verdict: (() => void) | null = null;
  private stopped = false;
  private committing: Promise<void> = Promise.resolve();
  private readonly finished: Promise<void>;
  private opened: () => void = () => undefined;
  /** Resolves when the tap listens, or has failed for the first time and goes on trying. */
  readonly ready: Promise<void>;

  constructor(
    private readonly settings: RabbitSettings,
    private readonly options: TapOptions,
    api: ManagementApi,
    private readonly log: Log,
    private readonly memory: TapMemory,
    private readonly onClosed: (tap: RabbitTap) => void,
  ) {
    const { tap, include, exclude, resume } = options;
    const request = { include, exclude, includeAutoDelete: settings.includeAutoDelete ?? [], bindAll: settings.bindAll ?? [] };
    this.mirror = new Mirror(settings, api, tap, request, log);
    this.wanted = wantedChannel(request, this.mirror.isInternal);
    this.lookout = new Lookout({
      settings,
      options,
      api,
      mirror: this.mirror,
      acked: () => this.acked,
      onGap: (reason, count, detail) => {
        this.addGap(reason, count, detail);
        if (this.reading) this.wakeReaders();
      },
    });
    this.condition = new TapCondition(() => ({
      channels: this.mirror.channels,
      notes: [...this.lookout.notes(), ...this.sessionNotes.map(effectOf(tap)), ...this.mirror.notes],
    }));
    this.stored = { number: resume.batch, records: resume.batchSize };
    this.prefetch = firstPrefetch(options.maxBufferedBytes, options.maxBodyBytes);
    this.ready = new Promise((resolve) => (this.opened = resolve));
    this.finished = this.run();
  }

  // ── the reader's side ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  async next(limit: { readonly records: number; readonly bytes: number }): Promise<TapBatch | null> {
    while (!this.stopped) {
      if (this.reading && (this.buffer.waiting > 0 || this.gaps.length > 0)) return this.cut(limit);
      await new Promise<void>((resolve) => {
        const others = this.wake;
        this.wake = () => {
          others?.();
          resolve();
        };
      });
    }
    return null;
  }

  private cut(limit: { readonly records: number; readonly bytes: number }): TapBatch {
    const deliveries = this.buffer.take(limit);
    this.fullChecks = 0;
    const batch: GrowingBatch = {
      number: this.stored.number + this.held.length + 1,
      generation: this.generation,
      records: deliveries.map((delivery) => toRecord(delivery, this.mirror.inboxesOf)),
      gaps: this.gaps,
      offsets: new Map(),
    };
    this.gaps = [];
    this.held.push({ batch, deliveries, lastTag: deliveries.at(-1)?.tag ?? null });
    return batch;
  }

  more(batch: TapBatch, limit: { readonly records: number; readonly bytes: number }): boolean {
    const newest = this.held.at(-1);
    if (newest === undefined || newest.batch !== batch || batch.generation !== this.generation || this.stopped) return false;
    if (!this.reading || (this.buffer.waiting === 0 && this.gaps.length === 0)) return false;
    const deliveries = this.buffer.take(limit);
    growBatch(newest.batch, {
      records: deliveries.map((delivery) => toRecord(delivery, this.mirror.inboxesOf)),
      gaps: this.gaps,
      offsets: new Map(),
    });
    this.gaps = [];
    newest.deliveries.push(...deliveries);
    newest.lastTag = deliveries.at(-1)?.tag ?? newest.lastTag;
    return true;
  }

  async settle(batch: TapBatch): Promise<void> {
    if (this.stopped) throw new AppError('tap-closed', 'the tap is closed');
    const [first] = this.held;
    if (first === undefined || first.batch !== batch) {
      if (batch.generation !== this.generation) throw this.lostError();
      throw new AppError('broker-protocol', 'batches are settled in the order in which they were given');
    }
    const stored = { number: batch.number, records: batch.records.length };
    this.memory.remember(stored, first.deliveries);
    const { session } = this;
    if (batch.generation !== this.generation || session === null) return this.storedButLost(first, stored);
    const upTo = this.held.length === 1 && this.buffer.waiting === 0 ? maxOf(first.lastTag, this.buffer.passedOver) : first.lastTag;
    try {
      await this.commit(session, upTo, batch.number);
    } catch (error) {
      this.loseConnection(session, error);
      return this.storedButLost(first, stored);
    }
    if (this.session !== session) return this.storedButLost(first, stored);
    this.stored = stored;
    this.held.shift();
    this.adjustPrefetch(batch.records.length);
  }

  /** The batch is in the store and our position perhaps not: at the next connection its messages are recognised by it. */
  private storedButLost(first: Held, stored: StoredBatch): never {
    this.stored = stored;
    this.held = [];
    this.verdict?.();
    throw this.lostError();
  }

  private readonly lostError = (): AppError =>
    new AppError('tap-lost', 'the connection went; what was not stored comes again', { retryable: true });

  /** Commits one after another: two transactions on a channel would mix. */
  private commit(session: TapSession, upTo: number | null, batch: number): Promise<void> {
    const done = this.committing.then(async () => {
      await session.commit(upTo, { batch, epoch: this.options.epoch });
      if (upTo === null || this.session !== session) return;
      this.acked += upTo - this.lastAcked;
      this.lastAcked = upTo;
      if (this.buffer.passedOver !== null && this.buffer.passedOver <= upTo) this.buffer.passedOver = null;
    });
    this.committing = done.catch(() => undefined);
    return done;
  }

  state(): TapState {
    return this.condition.state();
  }

  onState(listener: (state: TapState) => void): void {
    this.condition.listen(listener);
  }

  async close(): Promise<void> {
    if (!this.stopped) {
      this.stopped = true;
      this.reading = false;
      this.lookout.rest();
      this.condition.retryNow();
      this.wakeReaders();
      this.verdict?.();
      this.opened();
      await this.session?.close();
    }
    // A connection may be under way to a host that does not answer: nobody waits for that.
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.finished, new Promise((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN_MS)))]);
    clearTimeout(timer);
    this.condition.change('closed', null);
    this.onClosed(this);
  }

  // ── the broker's side ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async run(): Promise<void> {
    for (let attempt = 0; !this.stopped; attempt++) {
      try {
        const session = await this.connect();
        attempt = -1;
        this.opened();
        const reason = await session.lost;
        if (this.stopped) break;
        this.log.warn({ tap: this.options.tap, code: reason.code }, 'the tap lost its connection');
        this.loseConnection(session, reason);
        await this.pause(reason, 0);
      } catch (error) {
        if (this.stopped) break;
        const problem = toBrokerError(error, this.settings);
        this.log.warn({ tap: this.options.tap, code: problem.code, reason: problem.message }, 'the tap cannot listen');
        if (this.session !== null) this.loseConnection(this.session, problem);
        else this.forgetDeliveries();
        await this.pause(problem, attempt);
      }
    }
    await this.session?.close();
    this.session = null;
  }

  /** Connects, decides what is known already, follows the bindings, and begins to give. */
  private async connect(): Promise<TapSession> {
    const connection = this.connection;
    const session = await openTapSession({
      settings: this.settings,
      tap: this.options.tap,
      prefetch: Math.max(this.prefetch, this.stored.records, ...this.held.map(({ batch }) => batch.records.length)),
      maxBodyBytes: this.options.maxBodyBytes,
      expectsPosition: this.stored.number > 0,
      clock: nowMicros,
      onDelivery: (delivery) => {
        if (connection === this.connection) this.onDelivery(delivery);
      },
      isClosed: () => this.stopped,
      log: this.log,
    });
    this.session = session;
    if (this.stopped) await session.close();
    this.sessionNotes = session.notes;
    await Promise.race([this.begin(session), session.lost.then((reason) => Promise.reject(reason))]);
    return session;
  }

  private async begin(session: TapSession): Promise<void> {
    await this.heldIsDecided();
    this.mustBeOn(session);
    await this.skipWhatIsStored(session);
    this.mustBeOn(session);
    const problem = await this.lookout.look(session);
    this.mustBeOn(session);
    this.reading = true;
    this.condition.change('live', problem);
    this.wakeReaders();
    this.letPassedGo(true);
    this.lookout.follow(session, (found) => this.looked(found));
  }

  private mustBeOn(session: TapSession): void {
    if (this.stopped || this.session !== session) throw this.lostError();
  }

  /** An insert may be under way for the first held batch: its `settle` says that it is done. The others were not begun and come again. */
  private async heldIsDecided(): Promise<void> {
    while (this.held.length > 0 && !this.stopped)
      await new Promise<void>((resolve) => {
        const others = this.verdict;
        this.verdict = () => {
          others?.();
          resolve();
        };
      });
    this.verdict = null;
  }

  private async skipWhatIsStored(session: TapSession): Promise<void> {
    const { position, restarted } = session;
    const question = { stored: this.stored, position, restarted, history: this.memory.historyUpTo(this.stored) };
    const needed = deliveriesNeeded(question);
    // Everything that comes again is sent at once after we began to consume; only when the queue has nothing more may it be fewer.
    while (this.buffer.waiting < needed) {
      const before = this.buffer.waiting;
      const ready = await session.readyAfterDeliveries();
      this.mustBeOn(session);
      if (ready === 0 || this.buffer.waiting >= needed) break;
      // Messages of channels that nobody asked for have used up what the broker may send ahead.
      if (this.buffer.waiting === before) await session.setPrefetch(needed);
    }
    const first = this.buffer.first(needed).map((delivery) => ({ print: printOf(delivery), redelivered: delivery.redelivered }));
    const { skip, uncertain } = decideSkip(question, first);
    if (uncertain !== null) {
      this.log.warn({ tap: this.options.tap, position, restarted, stored: this.stored.number }, 'the tap is not certain of its position');
      this.addGap(restarted ? 'broker-crash' : 'uncertain', null, uncertain);
    }
    const skipped = this.buffer.take({ records: skip, bytes: Infinity });
    if (position !== this.stored.number || restarted) await this.commit(session, skipped.at(-1)?.tag ?? null, this.stored.number);
    if (Math.max(needed, this.stored.records) > this.prefetch) await session.setPrefetch(this.prefetch);
  }

  private readonly onDelivery = (delivery: Delivery): void => {
    if (!this.wanted(delivery.exchange)) {
      this.buffer.passedOver = delivery.tag;
      return this.letPassedGo(false);
    }
    this.buffer.push(delivery);
    if (this.wake !== null && this.reading) this.wakeSoon();
  };

  /** Several deliveries come in one chunk: the reader is woken after the chunk, so that a batch holds all of them. */
  private wakeSoon(): void {
    const { wake } = this;
    this.wake = null;
    if (wake !== null) setImmediate(wake);
  }

  private wakeReaders(): void {
    const { wake } = this;
    this.wake = null;
    wake?.();
  }

  /** What nobody asked for is acknowledged when nothing that was asked for is before it. */
  private letPassedGo(now: boolean): void {
    const { session, buffer } = this;
    const { passedOver } = buffer;
    if (session === null || passedOver === null || !this.reading || this.letting || this.held.length > 0 || buffer.waiting > 0) return;
    if (!now && passedOver - Math.max(buffer.lastTag, this.lastAcked) < this.prefetch / 2) return;
    this.letting = true;
    this.commit(session, passedOver, this.stored.number)
      .catch((error: unknown) => session.fail(error))
      .finally(() => (this.letting = false));
  }

  private adjustPrefetch(settled: number): void {
    const { session, buffer } = this;
    if (session === null || buffer.averageBytes === 0 || this.adjusting) return;
    const fitting = nextPrefetch(this.prefetch, buffer.averageBytes, this.options.maxBufferedBytes);
    const waiting = settled + buffer.waiting + this.held.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
    // Up only when the broker has more than it may send.
    if (fitting === this.prefetch || (fitting > this.prefetch && waiting < this.prefetch / 2)) return;
    this.prefetch = fitting;
    this.adjusting = true;
    session
      .setPrefetch(fitting)
      .catch((error: unknown) => session.fail(error))
      .finally(() => (this.adjusting = false));
  }

  /** What was delivered and not given is the broker's again. */
  private forgetDeliveries(): void {
    this.connection++;
    this.reading = false;
    this.buffer.clear();
    this.lastAcked = 0;
  }

  private loseConnection(session: TapSession, reason: unknown): void {
    if (this.session !== session) return;
    session.fail(reason);
    this.session = null;
    this.generation++;
    this.forgetDeliveries();
    // Their gaps come again with the next batch; their messages come again from the broker.
    for (const { batch } of this.held.slice(1)) this.gaps.push(...batch.gaps);
    this.held = this.held.slice(0, 1);
    this.lookout.rest();
  }

  private async pause(problem: AppError, attempt: number): Promise<void> {
    const waited = this.condition.retryLater(problem, attempt);
    this.opened();
    await waited;
  }

  /** After each look: what is passed over goes, and the state says what is true now. */
  private looked(problem: AppError | null): void {
    if (this.stopped || this.session === null) return;
    this.letPassedGo(true);
    // What is not settled counts: an open batch takes from the buffer what the store has not room for yet.
    const unsettled = this.buffer.waiting + this.held.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
    const full = unsettled >= this.prefetch * 0.9 || this.buffer.bytes >= this.options.maxBufferedBytes / 2;
    this.fullChecks = full ? this.fullChecks + 1 : 0;
    const status = this.fullChecks > 1 ? 'paused' : 'live';
    this.condition.changeIfNews(status, problem);
  }

  private addGap(reason: TapGap['reason'], count: number | null, detail: string): void {
    this.gaps.push({ channel: null, partition: null, fromOffset: null, toOffset: null, count, reason, detail, at: nowMicros() });
  }
}

const effectOf =
  (tap: string) =>
  (text: string): TapNote => ({ kind: 'effect', subject: tapQueueOf(tap), text });

const maxOf = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));
