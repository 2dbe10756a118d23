import type { Announcements } from '@/lib/contract/bus-messages';
import type { FeedState } from '@/lib/contract/live';
import type { TapCard } from '@/lib/contract/taps';
import type { EdgeId, NodeId, TopologyEdge, TopologyRates } from '@/lib/contract/topology';
import type { BrokerName, Micros, TapName } from '@/lib/events/names';
import type { BrokerPicture } from '@/lib/topology/broker-picture';
import { buildTopology } from '@/lib/topology/build-topology';
import { createEdgeRates, topologyRates } from '@/lib/topology/rates';
import type { WebSettings } from '../settings';
import { InboxHistory } from './inbox-history';

/** What the feed knows of this moment. Made of announcements alone; every number is absolute. */
export interface LiveState {
  /** Number of the newest tick: what a snapshot is a snapshot of. */
  seq(): number;
  feed(): FeedState;
  rates(): TopologyRates;
  taps(): readonly TapCard[];
  /** Since when the collector is there, or gone; ms since 1970. */
  collectorSince(): number;
}

const EVENT_WINDOW: Micros = 10e6;
const MOST_KNOWN = 20_000;

/**
 * Folds the bus's announcements into the present. [V1] what is asked of it costs no question to the store. It also notices what was missed: a
 * batch whose number does not follow its tap's last one means that announcements were dropped on the way ([B4] of the bus).
 */
export class PresentState implements LiveState {
  private tick = 0;
  private newestAt: Micros | null = null;
  private behindMs: number | null = null;
  private collector: FeedState['collector'] = 'gone';
  private collectorChangedAt = 0;
  private storeState: FeedState['store'] = 'ready';
  private readonly counted: { at: Micros; events: number }[] = [];
  private readonly edgeRates: ReturnType<typeof createEdgeRates>;
  private readonly inboxes = new InboxHistory();
  private readonly pictures = new Map<BrokerName, BrokerPicture>();
  private readonly batches = new Map<TapName, number>();
  private cards: readonly TapCard[] = [];
  private edges: readonly TopologyEdge[] = [];
  private letterInboxes: ReadonlySet<NodeId> = new Set();
  private waitingInboxes: ReadonlySet<NodeId> = new Set();
  /** Edges that a snapshot shows by now; an announced one beyond these means that the picture changed. */
  private readonly known = new Set<EdgeId>();
  private drawnAs = '';
  private pictureChanged = false;

  constructor(
    private readonly settings: WebSettings,
    private readonly clock: () => Micros,
  ) {
    this.edgeRates = createEdgeRates(clock());
  }

  seq(): number {
    return this.tick;
  }

  nextTick(): number {
    return (this.tick += 1);
  }

  /** True when announcements before this one were lost. */
  takeBatch(batch: Announcements['batch']): { readonly missed: boolean } {
    const last = this.batches.get(batch.tap);
    this.batches.set(batch.tap, batch.batch);
    const now = this.clock();
    this.edgeRates.add(batch, now);
    this.counted.push({ at: now, events: batch.events });
    if (batch.events > 0) {
      const newest = batch.rows.reduce((at, row) => Math.max(at, row.observedAt), 0) || batch.storedAt;
      this.newestAt = Math.max(this.newestAt ?? 0, newest);
      this.behindMs = Math.max(0, (batch.storedAt - newest) / 1000);
    }
    return { missed: last !== undefined && batch.batch > last + 1 };
  }

  /** An older picture than the one that is known tells nothing. */
  takePicture(picture: BrokerPicture): void {
    if ((this.pictures.get(picture.broker)?.at ?? 0) > picture.at) return;
    this.pictures.set(picture.broker, picture);
    const { nodes, edges } = buildTopology({
      brokers: this.settings.brokers,
      pictures: [...this.pictures.values()],
      seen: [],
      serviceNames: this.settings.serviceNames,
      taken: new Map(),
    });
    this.edges = edges;
    this.letterInboxes = new Set(nodes.flatMap((node) => (node.kind === 'inbox' && node.deadLetter ? [node.id] : [])));
    this.waitingInboxes = new Set(nodes.flatMap((node) => (node.kind === 'inbox' && node.waits ? [node.id] : [])));
    const drawnAs = JSON.stringify([nodes, edges.map((edge) => edge.id)]);
    if (drawnAs !== this.drawnAs) this.pictureChanged = true;
    this.drawnAs = drawnAs;
    for (const edge of edges) this.known.add(edge.id);
  }

  takeSamples({ groups, queues }: Pick<Announcements['samples'], 'groups' | 'queues'>): void {
    for (const point of groups) this.inboxes.add(point);
    for (const point of queues) this.inboxes.add(point);
  }

  takeTaps({ taps }: Announcements['taps']): void {
    this.cards = taps;
  }

  setCollector(present: boolean): void {
    this.collector = present ? 'present' : 'gone';
    this.collectorChangedAt = Math.floor(this.clock() / 1000);
  }

  setStore(ready: boolean): void {
    this.storeState = ready ? 'ready' : 'down';
  }

  feed(): FeedState {
    const oldest = this.clock() - EVENT_WINDOW;
    while ((this.counted[0]?.at ?? oldest) < oldest) this.counted.shift();
    const events = this.counted.reduce((sum, one) => sum + one.events, 0);
    return {
      behindMs: this.behindMs,
      newestAt: this.newestAt,
      collector: this.collector,
      store: this.storeState,
      rate: events / (EVENT_WINDOW / 1e6),
    };
  }

  rates(): TopologyRates {
    const now = this.clock();
    const rates = topologyRates(this.edges, this.edgeRates.read(now), this.inboxes.now(now, this.letterInboxes, this.waitingInboxes));
    for (const id of Object.keys(rates.edges)) {
      if (this.known.has(id)) continue;
      // Whoever invents a new source for each event shall not fill our memory; the price is one superfluous look.
      if (this.known.size > MOST_KNOWN) this.known.clear();
      this.known.add(id);
      this.pictureChanged = true;
    }
    return rates;
  }

  /** Says once that the picture changed since it was asked last. */
  tookChange(): boolean {
    const changed = this.pictureChanged;
    this.pictureChanged = false;
    return changed;
  }

  collectorSince(): number {
    return this.collectorChangedAt;
  }

  taps(): readonly TapCard[] {
    return this.cards;
  }
}
