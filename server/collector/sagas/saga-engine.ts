import { foldSaga } from '@/lib/sagas/fold-saga';
import type { SagaDefinition, SagaFact, SagaInstance, SagaState } from '@/lib/sagas/saga';
import { sagaKeyOf, toSagaFact, typesOfSaga, type SagaEvent } from '@/lib/sagas/saga-facts';
import type { Micros } from '@/lib/events/names';
import type { Bus } from '../../bus/bus';
import type { Log } from '../../log';
import type { Store } from '../../store/store';
import { Backoff, pause } from '../backoff';

export interface SagaEngineParts {
  readonly store: Pick<Store, 'saveSagas' | 'saga' | 'sagas' | 'eventsOfTypes'>;
  readonly bus: Pick<Bus, 'announce'>;
  readonly log: Log;
  readonly clock: () => Micros;
  readonly onStates?: (counts: ReadonlyMap<string, ReadonlyMap<SagaState, number>>) => void;
  /** Instances in memory, at most. Beyond it the ones that changed longest ago go; the store has them. */
  readonly maxInstances?: number;
  /** How long an ended instance stays in memory, ms: its late events are the likeliest. */
  readonly keepEndedMs?: number;
  /** How far back events are folded again at the start, µs. */
  readonly lookBack?: Micros;
}

interface Held {
  readonly definition: SagaDefinition;
  readonly key: string;
  facts: SagaFact[];
  readonly known: Set<string>;
  instance: SagaInstance | null;
  /** What is here is all there is of it: it began before our eyes, or the store was asked. Only then it is folded and saved. */
  sure: boolean;
  dirty: boolean;
  /** Of our own clock, ms: when it was touched last. */
  touched: number;
}

interface Arrival {
  readonly definition: SagaDefinition;
  readonly key: string;
  readonly fact: SagaFact;
}

const FLUSH_MS = 100;
const TICK_MS = 1_000;
const PER_SAVE = 1_000;
const PER_ANNOUNCEMENT = 200;
/** How long the start of an instance may come after its other events (two brokers, two taps) before the store is asked for older facts. */
const START_LATE_MS = 3_000;
const LOOK_UPS = 100;
const AT_ONCE = 8;
const PAGE = 5_000;
const MAX_READ_AGAIN = 500_000;
const HOUR = 3_600_000_000;
const ENDED: ReadonlySet<SagaState> = new Set<SagaState>(['completed', 'compensated', 'partly-compensated', 'failed']);

/**
 * Folds sagas from stored events as they come, and by the clock where a step is overdue (docs/spec/sagas.md).
 *
 * Memory is bounded [A20]: ended instances leave after a while, and which keys were here is remembered in a bounded set. A late event of a key that
 * is not here is folded onto what the store has of it [A21]; that is asked only when no start comes, since asking for each new key would cost
 * more than all the folding. At the start the open instances are loaded, and the events of the last hour are
 * folded again, so that what was stored and not yet folded when the collector died is not missed [A22]. Changes only are saved, then announced [A23].
 */
export class SagaEngine {
  private readonly byType = new Map<string, SagaDefinition[]>();
  private readonly held = new Map<string, Held>();
  /** Keys that were held once: their facts are in the store. */
  private readonly left = new Set<string>();
  private arrivals: Arrival[] = [];
  private readonly dirty = new Set<Held>();
  /** Not sure yet → since when, ms. */
  private readonly unsure = new Map<Held, number>();
  private readonly stop = new AbortController();
  private wake = new AbortController();
  private running: Promise<void> | null = null;
  private rebuilding: Promise<void> | null = null;
  private lastTick = 0;
  private turning = false;

  constructor(
    private readonly definitions: readonly SagaDefinition[],
    private readonly parts: SagaEngineParts,
  ) {
    for (const definition of definitions)
      for (const type of typesOfSaga(definition)) this.byType.set(type, [...(this.byType.get(type) ?? []), definition]);
  }

  start(): void {
    if (this.definitions.length === 0) return;
    this.rebuilding ??= this.rebuild();
    this.running ??= this.loop();
  }

  /** Stored events of any kind; cheap for those that mean nothing to a saga. */
  onEvents(events: readonly SagaEvent[]): void {
    if (this.byType.size === 0) return;
    for (const event of events) {
      const definitions = event.type === null ? undefined : this.byType.get(event.type);
      if (definitions === undefined) continue;
      for (const definition of definitions) {
        const key = sagaKeyOf(definition.identifiedBy, event);
        if (key !== null && key !== '') this.arrivals.push({ definition, key, fact: toSagaFact(event) });
      }
    }
    if (this.arrivals.length > 0) this.wake.abort();
  }

  /** Resolves when what came so far is folded and saved. */
  async settled(): Promise<void> {
    await this.rebuilding;
    while ((this.arrivals.length > 0 || this.dirty.size > 0 || this.unsure.size > 0 || this.turning) && !this.stop.signal.aborted)
      await pause(10, this.stop.signal);
  }

  get size(): number {
    return this.held.size;
  }

  async close(): Promise<void> {
    this.stop.abort();
    const late = new AbortController();
    await Promise.race([this.running ?? Promise.resolve(), pause(2_000, late.signal)]);
    late.abort();
  }

  private async loop(): Promise<void> {
    const backoff = new Backoff(200, 10_000);
    while (!this.stop.signal.aborted) {
      this.wake = new AbortController();
      if (this.arrivals.length === 0) await pause(TICK_MS, AbortSignal.any([this.stop.signal, this.wake.signal]));
      await pause(FLUSH_MS, this.stop.signal);
      try {
        await this.turn();
        backoff.reset();
      } catch (error) {
        this.parts.log.warn({ err: error }, 'sagas could not be saved, trying again');
        await pause(backoff.next(), this.stop.signal);
      }
    }
    await this.turn().catch(() => undefined);
  }

  private async turn(): Promise<void> {
    this.turning = true;
    try {
      const { arrivals } = this;
      this.arrivals = [];
      for (const arrival of arrivals) this.take(arrival);
      await this.askForOlder();
      if (Date.now() - this.lastTick >= TICK_MS) this.tick();
      await this.save();
    } finally {
      this.turning = false;
    }
  }

  private take({ definition, key, fact }: Arrival): void {
    const id = idOf(definition.name, key);
    const held = this.held.get(id) ?? this.hold(id, definition, key, null);
    const factId = `${fact.eventId}\n${fact.deadLetter}`;
    if (held.known.has(factId)) return;
    held.known.add(factId);
    held.facts.push(fact);
    held.touched = Date.now();
    if (!held.sure && definition.start.includes(fact.type) && !this.left.has(id)) this.becomeSure(held);
    if (held.sure) this.touch(held);
    else if (!this.unsure.has(held)) this.unsure.set(held, Date.now());
  }

  private touch(held: Held): void {
    held.dirty = true;
    this.dirty.add(held);
  }

  private becomeSure(held: Held): void {
    held.sure = true;
    this.unsure.delete(held);
    this.touch(held);
  }

  /** Keys that were here before, and those whose start did not come: the store may know more of them. */
  private async askForOlder(): Promise<void> {
    const now = Date.now();
    const due: Held[] = [];
    for (const [held, since] of this.unsure) {
      if (due.length === LOOK_UPS) break;
      if (
        this.left.has(idOf(held.definition.name, held.key)) ||
        this.left.size >= MAX_LEFT ||
        now - since >= START_LATE_MS ||
        this.stop.signal.aborted
      )
        due.push(held);
    }
    for (let at = 0; at < due.length; at += AT_ONCE) await Promise.all(due.slice(at, at + AT_ONCE).map((held) => this.addOlder(held)));
  }

  private async addOlder(held: Held): Promise<void> {
    const stored = await this.parts.store.saga(held.definition.name, held.key);
    for (const fact of stored?.facts ?? []) {
      const factId = `${fact.eventId}\n${fact.deadLetter}`;
      if (!held.known.has(factId)) held.facts.push(fact);
      held.known.add(factId);
    }
    held.instance = stored;
    this.left.delete(idOf(held.definition.name, held.key));
    this.becomeSure(held);
  }

  private hold(id: string, definition: SagaDefinition, key: string, stored: SagaInstance | null): Held {
    const facts = stored === null ? [] : [...stored.facts];
    const known = new Set(facts.map((fact) => `${fact.eventId}\n${fact.deadLetter}`));
    const held: Held = { definition, key, facts, known, instance: stored, sure: stored !== null, dirty: false, touched: Date.now() };
    this.held.set(id, held);
    return held;
  }

  /** Overdue steps, and making room. */
  private tick(): void {
    this.lastTick = Date.now();
    const now = this.parts.clock();
    const keepUntil = Date.now() - (this.parts.keepEndedMs ?? 60_000);
    for (const [id, held] of this.held) {
      const { instance } = held;
      if (instance === null || held.dirty) continue;
      if (ENDED.has(instance.state) && held.touched < keepUntil) this.leave(id);
      else if (instance.dueAt !== null && instance.dueAt < now && (instance.state === 'running' || instance.state === 'compensating')) {
        this.touch(held);
      }
    }
    this.makeRoom();
    this.parts.onStates?.(this.states());
  }

  private makeRoom(): void {
    const most = this.parts.maxInstances ?? 50_000;
    if (this.held.size <= most) return;
    const oldest = [...this.held].filter(([, held]) => held.sure && !held.dirty).sort(([, a], [, b]) => a.touched - b.touched);
    for (const [id] of oldest.slice(0, this.held.size - most)) this.leave(id);
    this.parts.log.warn(
      { held: this.held.size, most },
      'more open sagas than memory is for: the oldest are only in the store, and not seen to be overdue',
    );
  }

  private leave(id: string): void {
    this.held.delete(id);
    if (this.left.size < MAX_LEFT) this.left.add(id);
  }

  private async save(): Promise<void> {
    const changed: SagaInstance[] = [];
    const now = this.parts.clock();
    const batch = [...this.dirty].slice(0, PER_SAVE);
    for (const held of batch) {
      const next = foldSaga(held.definition, held.key, held.facts, now);
      // What the fold counts is what is kept: duplicates and the flood behind 300 facts go.
      held.facts = [...next.facts];
      if (held.instance === null || JSON.stringify(next) !== JSON.stringify(held.instance)) changed.push(next);
    }
    if (changed.length > 0) {
      await this.parts.store.saveSagas(changed);
      for (let at = 0; at < changed.length; at += PER_ANNOUNCEMENT)
        this.parts.bus.announce('sagas', { changed: changed.slice(at, at + PER_ANNOUNCEMENT) });
    }
    const byId = new Map(changed.map((instance) => [idOf(instance.definition, instance.key), instance]));
    for (const held of batch) {
      held.instance = byId.get(idOf(held.definition.name, held.key)) ?? held.instance;
      held.dirty = false;
      this.dirty.delete(held);
    }
    if (this.dirty.size > 0) await this.save();
  }

  private async rebuild(): Promise<void> {
    const backoff = new Backoff(500, 10_000);
    while (!this.stop.signal.aborted) {
      try {
        await this.loadOpen();
        await this.readAgain();
        return;
      } catch (error) {
        this.parts.log.warn({ err: error }, 'open sagas could not be loaded, trying again');
        await pause(backoff.next(), this.stop.signal);
      }
    }
  }

  private async loadOpen(): Promise<void> {
    for (const definition of this.definitions) {
      const { instances } = await this.parts.store.sagas({
        definition: definition.name,
        states: ['running', 'compensating', 'stuck'],
        limit: this.parts.maxInstances ?? 50_000,
      });
      for (const instance of instances) {
        const id = idOf(definition.name, instance.key);
        if (instance.definition !== definition.name || this.held.has(id)) continue;
        // The definition may have changed, and time has passed.
        this.touch(this.hold(id, definition, instance.key, instance));
      }
    }
  }

  private async readAgain(): Promise<void> {
    const types = [...this.byType.keys()];
    let since = this.parts.clock() - (this.parts.lookBack ?? HOUR);
    for (let read = 0; read < MAX_READ_AGAIN && !this.stop.signal.aborted;) {
      const rows = await this.parts.store.eventsOfTypes(types, since, PAGE);
      this.onEvents(rows);
      read += rows.length;
      const last = rows.at(-1)?.observedAt;
      if (rows.length < PAGE || last === undefined) return;
      // A page may end within many events of one moment: they come again and count once.
      since = last > since ? last : since + 1;
      while (this.arrivals.length > PAGE && !this.stop.signal.aborted) await pause(20, this.stop.signal);
    }
  }

  private states(): ReadonlyMap<string, ReadonlyMap<SagaState, number>> {
    const counts = new Map<string, Map<SagaState, number>>();
    for (const { definition, instance } of this.held.values()) {
      if (instance === null) continue;
      const states = counts.get(definition.name) ?? new Map<SagaState, number>();
      states.set(instance.state, (states.get(instance.state) ?? 0) + 1);
      counts.set(definition.name, states);
    }
    return counts;
  }
}

/** Keys remembered to have been here (some 10 MB). When it is full, each unknown key is asked of the store. */
const MAX_LEFT = 100_000;

const idOf = (definition: string, key: string): string => `${definition}\n${key}`;
