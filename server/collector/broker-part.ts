import type { GroupPoint, QueuePoint } from '@/lib/contract/samples';
import type { GapRow, TapCard } from '@/lib/contract/taps';
import type { Rules } from '@/lib/events/recognise/compile-rules';
import { toEventRow } from '@/lib/events/event-row';
import type { TapName } from '@/lib/events/names';
import type { ObservedEvent } from '@/lib/events/observed-event';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import type { Broker } from '../brokers/broker';
import type { StoredBatch } from '../store/store';
import type { CollectorMetrics } from './collector-metrics';
import type { CollectorParts, TapSettings } from './collector-parts';
import { announcementOf, MAX_ROWS } from './ingest/announce-batch';
import { BrokerView } from './ingest/broker-view';
import type { FollowedTraces } from './ingest/followed-traces';
import { toTapCard } from './ingest/tap-card';
import { TapLoop } from './ingest/tap-loop';
import { TapMeter } from './ingest/tap-meter';
import { Pictures } from './pictures';
import { Sampler } from './samples/sampler';

interface RunningTap {
  readonly loop: TapLoop;
  readonly meter: TapMeter;
}

/** All that runs for one broker: its picture, its samples, its taps. One broker that fails disturbs no other. */
export class BrokerPart {
  readonly view: BrokerView;
  readonly sampler: Sampler;
  private readonly pictures: Pictures;
  private readonly taps: readonly RunningTap[];

  constructor(
    readonly broker: Broker,
    settings: readonly TapSettings[],
    private readonly parts: CollectorParts,
    rules: Rules,
    private readonly metrics: CollectorMetrics,
    private readonly onEvents: (events: readonly ObservedEvent[]) => void,
    private readonly onTapState: () => void,
    private readonly followed: FollowedTraces,
  ) {
    const {
      store,
      bus,
      log,
      settings: { owner, sampleEveryMs, pictureEveryMs },
    } = parts;
    this.view = new BrokerView(broker.name, broker.system);
    this.pictures = new Pictures(broker, this.view, {
      store,
      bus,
      log,
      ...(pictureEveryMs === undefined ? {} : { everyMs: pictureEveryMs }),
    });
    this.sampler = new Sampler(broker, {
      store,
      bus,
      log,
      everyMs: sampleEveryMs,
      onSampled: (groups, queues) => this.sampled(groups, queues),
    });
    this.taps = settings.map((tap) => this.makeTap(tap, rules, owner));
  }

  async start(stored: BrokerPicture | undefined, gaps: readonly GapRow[]): Promise<void> {
    await this.pictures.start(stored);
    for (const { loop, meter } of this.taps) {
      meter.knowGaps(gaps.filter(({ tap }) => tap === loop.tap));
      loop.start();
    }
    this.sampler.start();
  }

  cards(): TapCard[] {
    const now = this.parts.clock();
    return this.taps.map(({ loop, meter }) => toTapCard(loop, this.broker, meter, this.pictures, now));
  }

  retry(tap: string): boolean {
    const found = this.taps.find(({ loop }) => loop.tap === tap);
    found?.loop.retry();
    if (found !== undefined) this.pictures.lookSoon();
    return found !== undefined;
  }

  async close(): Promise<void> {
    await Promise.all([this.sampler.close(), this.pictures.close(), ...this.taps.map(({ loop }) => loop.close())]);
  }

  private makeTap(settings: TapSettings, rules: Rules, owner: string): RunningTap {
    const { store, log, bodies } = this.parts;
    const meter = new TapMeter();
    let channels = '';
    const loop: TapLoop = new TapLoop({
      broker: this.broker,
      view: this.view,
      store,
      rules,
      bodies,
      settings,
      owner,
      log,
      onRead: (events) => this.tellRead(settings.tap, events),
      onStored: (batch, tookMs) => this.stored(batch, tookMs, meter),
      onState: () => {
        const now = loop.state().channels.join('\n');
        if (now !== channels) this.pictures.lookSoon();
        channels = now;
        this.onTapState();
      },
    });
    return { loop, meter };
  }

  private stored(batch: StoredBatch, tookMs: number, meter: TapMeter): void {
    meter.add(batch.events, batch.gaps, this.parts.clock());
    this.tell(batch, tookMs);
  }

  /** [I16] Before the store has them. A fault in the telling must not hold the tap. */
  private tellRead(tap: TapName, read: readonly ObservedEvent[]): void {
    try {
      const events = this.followed.eventsIn(read);
      // More than that is a flood: the stored batches tell of it.
      if (events.length > 0 && events.length <= MAX_ROWS) this.parts.bus.announce('read', { tap, rows: events.map(toEventRow) });
    } catch (error) {
      this.parts.log.error({ tap, err: error }, 'events that were read could not be announced');
    }
  }

  /** After the store has it. A fault in the telling must not hold the tap: the facts are safe, and the next look finds them. */
  tell(batch: StoredBatch, tookMs = 0): void {
    const { bus, clock, log } = this.parts;
    try {
      const announcement = announcementOf(batch, clock(), this.followed);
      bus.announce('batch', announcement);
      this.metrics.stored(batch, announcement.edges, tookMs);
      this.onEvents(batch.events);
    } catch (error) {
      log.error({ tap: batch.tap, batch: batch.number, err: error }, 'a stored batch could not be announced');
    }
  }

  private sampled(groups: readonly GroupPoint[], queues: readonly QueuePoint[]): void {
    this.metrics.sampled(groups, queues);
  }
}
