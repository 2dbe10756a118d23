import { isAppError } from '@/lib/errors';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { InboxName } from '@/lib/events/names';
import { toGroupPoint } from '@/lib/lag/group-point';
import { toQueuePoint, type QueueMemory } from '@/lib/queues/queue-point';
import type { Broker, BrokerSamples } from '../../brokers/broker';
import type { Bus } from '../../bus/bus';
import type { Log } from '../../log';
import type { Store } from '../../store/store';
import { pause } from '../backoff';

/** How long somebody who looked is taken to be still looking. */
const WATCH_MS = 15_000;
const WATCHED_EVERY_MS = 1_000;

export interface SamplerParts {
  readonly store: Store;
  readonly bus: Bus;
  readonly log: Log;
  readonly everyMs: number;
  readonly onSampled: (groups: readonly GroupPoint[], queues: readonly QueuePoint[]) => void;
}

/**
 * Measures one broker: every second while somebody looks (the inboxes they look at), every `everyMs` everything [M20]. Points are stored, then
 * announced. One look at a time: a broker that answers slowly is asked less often, not more.
 */
export class Sampler {
  private readonly watched = new Map<InboxName, number>();
  private readonly memories = new Map<InboxName, QueueMemory>();
  private readonly stop = new AbortController();
  private wake = new AbortController();
  private running: Promise<void> | null = null;
  private lastFull = Number.NEGATIVE_INFINITY;
  private failing = false;

  constructor(
    private readonly broker: Broker,
    private readonly parts: SamplerParts,
  ) {}

  start(): void {
    this.running ??= this.loop();
  }

  watch(inboxes: readonly InboxName[]): void {
    const until = Date.now() + WATCH_MS;
    const news = inboxes.some((inbox) => !this.watched.has(inbox));
    for (const inbox of inboxes) this.watched.set(inbox, until);
    if (news) this.wake.abort();
  }

  async close(): Promise<void> {
    this.stop.abort();
    const late = new AbortController();
    await Promise.race([this.running ?? Promise.resolve(), pause(2_000, late.signal)]);
    late.abort();
  }

  private async loop(): Promise<void> {
    while (!this.stop.signal.aborted) {
      this.wake = new AbortController();
      const start = performance.now();
      await this.sample();
      const passed = performance.now() - start;
      const wait = this.stillWatched().size > 0 ? WATCHED_EVERY_MS : this.parts.everyMs;
      await pause(Math.max(200, wait - passed), AbortSignal.any([this.stop.signal, this.wake.signal]));
    }
  }

  private stillWatched(): Set<InboxName> {
    const now = Date.now();
    for (const [inbox, until] of this.watched) if (until < now) this.watched.delete(inbox);
    return new Set(this.watched.keys());
  }

  private async sample(): Promise<void> {
    const { store, bus, log, everyMs, onSampled } = this.parts;
    const watched = this.stillWatched();
    const full = performance.now() - this.lastFull >= everyMs - 100;
    try {
      const samples = await this.broker.sample({ watched });
      if (this.stop.signal.aborted) return;
      const { groups, queues } = this.toPoints(samples, full ? null : watched);
      if (full) this.lastFull = performance.now();
      if (groups.length + queues.length === 0) return;
      await store.saveSamples(groups, queues);
      bus.announce('samples', { broker: this.broker.name, at: samples.at, groups, queues });
      onSampled(groups, queues);
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        log.warn({ broker: this.broker.name, code: isAppError(error) ? error.code : 'internal', err: error }, 'no samples of the broker');
      this.failing = true;
    }
  }

  private toPoints(samples: BrokerSamples, only: ReadonlySet<InboxName> | null): { groups: GroupPoint[]; queues: QueuePoint[] } {
    const { name } = this.broker;
    const groups = samples.groups
      .filter(({ inbox }) => only === null || only.has(inbox))
      .map((group) => toGroupPoint(name, group, samples.at));
    const queues: QueuePoint[] = [];
    for (const numbers of samples.queues) {
      const { point, memory } = toQueuePoint(name, numbers, this.memories.get(numbers.inbox) ?? null, samples.at);
      if (memory !== null) this.memories.set(numbers.inbox, memory);
      if (only === null || only.has(numbers.inbox)) queues.push(point);
    }
    if (only === null) this.forgetGone(samples);
    return { groups, queues };
  }

  private forgetGone(samples: BrokerSamples): void {
    const there = new Set(samples.queues.map(({ inbox }) => inbox));
    for (const inbox of this.memories.keys()) if (!there.has(inbox)) this.memories.delete(inbox);
  }
}
