import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { EdgeCount } from '@/lib/contract/bus-messages';
import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { TapCard } from '@/lib/contract/taps';
import type { StoredBatch } from '../store/store';

/** A series per channel is fine for a broker's worth of them, not for whatever names somebody invents. */
const MAX_CHANNELS = 2_000;

/** The collector's numbers, and those of the brokers that people look for under these names. Labels hold names, never ids or contents. */
export class CollectorMetrics {
  private readonly events: Counter<'tap'>;
  private readonly batches: Counter<'tap'>;
  private readonly gaps: Counter<'tap' | 'reason'>;
  private readonly deadLetters: Counter<'broker' | 'channel'>;
  private readonly batchRows: Histogram<'tap'>;
  private readonly appendSeconds: Histogram<'tap'>;
  private readonly published: Counter<'broker' | 'channel'>;
  private readonly tapLive: Gauge<'tap' | 'broker'>;
  private readonly tapBehind: Gauge<'tap' | 'broker'>;
  private readonly queueDepth: Gauge<'broker' | 'queue'>;
  private readonly consumerLag: Gauge<'broker' | 'topic' | 'group'>;
  private readonly replays: Counter<'outcome'>;
  private readonly sagas: Gauge<'definition' | 'state'>;
  private readonly channels = new Set<string>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({ name: 'eventyard_events_stored_total', help: 'Events stored.', labelNames: ['tap'], registers });
    this.batches = new Counter({ name: 'eventyard_batches_stored_total', help: 'Batches stored.', labelNames: ['tap'], registers });
    this.gaps = new Counter({
      name: 'eventyard_gaps_total',
      help: 'Gaps: records or ranges that could not be seen.',
      labelNames: ['tap', 'reason'],
      registers,
    });
    this.deadLetters = new Counter({
      name: 'eventyard_dead_letters_total',
      help: 'Events seen on dead-letter channels.',
      labelNames: ['broker', 'channel'],
      registers,
    });
    this.batchRows = new Histogram({
      name: 'eventyard_batch_rows',
      help: 'Events per stored batch.',
      labelNames: ['tap'],
      buckets: [1, 10, 100, 500, 1_000, 5_000, 10_000, 20_000],
      registers,
    });
    this.appendSeconds = new Histogram({
      name: 'eventyard_store_append_seconds',
      help: 'Time the store took for a batch.',
      labelNames: ['tap'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
      registers,
    });
    this.published = new Counter({
      name: 'messages_published_total',
      help: 'Messages seen on a channel.',
      labelNames: ['broker', 'channel'],
      registers,
    });
    this.tapLive = new Gauge({ name: 'eventyard_tap_live', help: '1 while the tap listens.', labelNames: ['tap', 'broker'], registers });
    this.tapBehind = new Gauge({
      name: 'eventyard_tap_behind_seconds',
      help: 'Age of the newest event when it was stored.',
      labelNames: ['tap', 'broker'],
      registers,
    });
    this.queueDepth = new Gauge({ name: 'queue_depth', help: 'Messages ready in a queue.', labelNames: ['broker', 'queue'], registers });
    this.consumerLag = new Gauge({
      name: 'consumer_lag',
      help: 'Records a group has not consumed of a topic.',
      labelNames: ['broker', 'topic', 'group'],
      registers,
    });
    this.replays = new Counter({
      name: 'eventyard_replays_total',
      help: 'Letters replayed, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.sagas = new Gauge({
      name: 'eventyard_sagas',
      help: 'Saga instances held in memory, by state.',
      labelNames: ['definition', 'state'],
      registers,
    });
  }

  stored(batch: StoredBatch, edges: readonly EdgeCount[], tookMs: number): void {
    const { tap, broker } = batch;
    this.events.inc({ tap }, batch.events.length);
    this.batches.inc({ tap });
    this.batchRows.observe({ tap }, batch.events.length);
    this.appendSeconds.observe({ tap }, tookMs / 1000);
    for (const { reason } of batch.gaps) this.gaps.inc({ tap, reason });
    for (const edge of edges) {
      const channel = this.labelOf(edge.channel);
      if (edge.kind !== 'route') this.published.inc({ broker, channel }, edge.count);
      if (edge.kind === 'dead-letter') this.deadLetters.inc({ broker, channel }, edge.count);
    }
  }

  taps(cards: readonly TapCard[]): void {
    for (const { tap, broker, status, behindMs } of cards) {
      this.tapLive.set({ tap, broker }, status === 'live' ? 1 : 0);
      if (behindMs !== null) this.tapBehind.set({ tap, broker }, behindMs / 1000);
    }
  }

  sampled(groups: readonly GroupPoint[], queues: readonly QueuePoint[]): void {
    for (const { broker, topic, group, lag } of groups) if (lag !== null) this.consumerLag.set({ broker, topic, group }, lag);
    for (const { broker, inbox, ready } of queues) if (ready !== null) this.queueDepth.set({ broker, queue: inbox }, ready);
  }

  replayed(outcome: string): void {
    this.replays.inc({ outcome });
  }

  sagaStates(counts: ReadonlyMap<string, ReadonlyMap<string, number>>): void {
    this.sagas.reset();
    for (const [definition, states] of counts) for (const [state, count] of states) this.sagas.set({ definition, state }, count);
  }

  private labelOf(channel: string): string {
    if (this.channels.has(channel)) return channel;
    if (this.channels.size >= MAX_CHANNELS) return '(others)';
    this.channels.add(channel);
    return channel;
  }
}
