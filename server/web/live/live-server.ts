import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { Announcements } from '@/lib/contract/bus-messages';
import type { LiveFrame } from '@/lib/contract/live';
import type { TopologyRates } from '@/lib/contract/topology';
import type { BrokerName, InboxName, Micros, TraceId } from '@/lib/events/names';
import type { Bus } from '@/server/bus/bus';
import type { Log } from '@/server/log';
import type { Store } from '@/server/store/store';
import { PresentState } from './live-state';
import { subscriptionSchema } from './subscription';
import { Tab } from './tab';
import { TickNews } from './tick-news';
import { Ticker } from './ticker';
import type { WebSettings } from '../settings';

const PATH = '/live';
/** Numbers of the topology at most twice a second. */
const TOPOLOGY_EVERY_MS = 500;
/** The feed's own state comes at least this often, so that a tab can tell quiet from dead. */
const HEARTBEAT_MS = 1_000;
const WATCH_EVERY_MS = 5_000;
/** What a verdict looks back at. */
const HISTORY: Micros = 900e6;
const HISTORY_POINTS = 90;
const STORE_LOOK_EVERY_MS = 1_000;
const MOST_TABS = 500;
const MOST_WATCHED = 500;
const MOST_MESSAGE_BYTES = 256 * 1024;

export interface LiveParts {
  readonly server: HttpServer;
  readonly bus: Bus;
  readonly store: Pick<Store, 'ready' | 'pictures' | 'allGroupSeries' | 'allQueueSeries'>;
  readonly settings: WebSettings;
  readonly mayUpgrade: (request: IncomingMessage) => boolean;
  readonly clock: () => Micros;
  readonly log: Log;
}

/**
 * The live feed (docs/spec/live.md). Announcements of the bus are folded into the present and into the news since the last tick; each tick
 * gives each tab one frame with what its rooms ask for. All state of a tab is one `Tab`; a tab that is gone leaves nothing behind.
 */
export function attachLive(parts: LiveParts): { readonly state: PresentState; close(): Promise<void> } {
  const live = new Live(parts);
  return { state: live.state, close: () => live.close() };
}

class Live {
  readonly state: PresentState;
  private readonly tabs = new Map<string, Tab>();
  private readonly io: Server;
  private readonly ticker: Ticker;
  private readonly stops: (() => void)[] = [];
  private news = new TickNews();
  private openTraces: ReadonlySet<TraceId> = new Set();
  private storeLookedAt = 0;
  private rates: { readonly at: number; readonly rates: TopologyRates } | null = null;
  private changedAt = 0;

  constructor(private readonly parts: LiveParts) {
    this.state = new PresentState(parts.settings, parts.clock);
    this.ticker = new Ticker(
      () => this.tick(),
      () => performance.now(),
    );
    this.io = new Server(parts.server, {
      path: PATH,
      transports: ['websocket'],
      serveClient: false,
      perMessageDeflate: false,
      maxHttpBufferSize: MOST_MESSAGE_BYTES,
      pingInterval: 10_000,
      pingTimeout: 15_000,
      allowRequest: (request, answer) => answer(null, parts.mayUpgrade(request) && this.tabs.size < MOST_TABS),
    });
    this.io.on('connection', (socket) => this.welcome(socket));
    this.listen(parts.bus);
    void this.begin();
    const heart = setInterval(() => this.beat(), HEARTBEAT_MS);
    const watch = setInterval(() => {
      this.renewWatch();
      if (this.openTraces.size > 0) this.renewFollowed();
    }, WATCH_EVERY_MS);
    this.stops.push(
      () => clearInterval(heart),
      () => clearInterval(watch),
    );
  }

  async close(): Promise<void> {
    this.ticker.stop();
    for (const stop of this.stops) stop();
    // The http server is not ours to close: only our sockets go.
    this.io.disconnectSockets(true);
    this.io.engine.close();
    await new Promise<void>((done) => setImmediate(done));
  }

  private listen(bus: Bus): void {
    const onNews = <T extends keyof Announcements>(topic: T, take: (payload: Announcements[T]) => void) =>
      this.stops.push(
        bus.onAnnouncement(topic, (payload) => {
          take(payload);
          if (this.tabs.size > 0) this.ticker.wake();
          else this.news = new TickNews();
        }),
      );
    onNews('batch', (batch) => {
      if (this.state.takeBatch(batch).missed) this.missAll();
      this.news.takeBatch(batch, this.openTraces);
    });
    onNews('read', (read) => this.news.takeRead(read, this.openTraces));
    onNews('picture', (picture) => this.state.takePicture(picture));
    onNews('samples', (samples) => {
      this.state.takeSamples(samples);
      this.news.takeSamples(samples);
    });
    onNews('sagas', (sagas) => this.news.takeSagas(sagas));
    onNews('replay', (report) => this.news.takeReplay(report));
    onNews('taps', (taps) => {
      this.state.takeTaps(taps);
      this.news.takeTaps();
    });
    this.stops.push(
      bus.onPeer((present) => {
        this.state.setCollector(present);
        // Whatever it announced while it was away from us is only in the store.
        if (present) {
          this.missAll();
          if (this.openTraces.size > 0) this.renewFollowed();
        }
        this.news.takeTaps();
        this.ticker.wake();
      }),
    );
  }

  /** [V12] Begins with what the store knows: the collector says again what did not change only once a minute. */
  private async begin(): Promise<void> {
    const { store, clock, log } = this.parts;
    const range = { from: clock() - HISTORY, to: clock() };
    try {
      const [pictures, groups, queues] = await Promise.all([
        store.pictures(),
        store.allGroupSeries(range, HISTORY_POINTS),
        store.allQueueSeries(range, HISTORY_POINTS),
      ]);
      for (const picture of pictures) this.state.takePicture(picture);
      this.state.takeSamples({ groups: [...groups.values()].flat(), queues: [...queues.values()].flat() });
    } catch (error) {
      log.debug({ err: error }, 'the live feed begins without the past');
    }
  }

  private missAll(): void {
    for (const tab of this.tabs.values()) tab.miss();
  }

  private welcome(socket: Socket): void {
    const tab = new Tab(socket);
    this.tabs.set(socket.id, tab);
    socket.on('disconnect', () => {
      this.tabs.delete(socket.id);
      this.noteTraces();
    });
    socket.on('subscribe', (asked: unknown, answer: unknown) => {
      const reply = typeof answer === 'function' ? (answer as (value: unknown) => void) : () => undefined;
      reply(this.subscribe(tab, asked));
    });
    socket.on('visible', (visible: unknown) => {
      if (typeof visible !== 'boolean' || visible === tab.isVisible()) return;
      tab.setVisible(visible);
      if (!visible) tab.miss();
      else this.sendNow(tab);
    });
    this.sendNow(tab);
    this.lookAtStore();
  }

  private subscribe(tab: Tab, asked: unknown): { readonly ok: true } | { readonly error: string } {
    if (!tab.maySubscribe(performance.now())) return { error: 'too-many-subscriptions' };
    const parsed = subscriptionSchema.safeParse(asked);
    if (!parsed.success) return { error: 'bad-subscription' };
    tab.subscribe(parsed.data, performance.now());
    this.noteTraces();
    this.renewWatch();
    // The rooms' numbers come at once, not with the next event.
    queueMicrotask(() => this.sendNow(tab));
    return { ok: true };
  }

  private noteTraces(): void {
    const before = this.openTraces;
    this.openTraces = new Set([...this.tabs.values()].flatMap((tab) => [...tab.traceIds]));
    if (before.size !== this.openTraces.size || [...before].some((id) => !this.openTraces.has(id))) this.renewFollowed();
  }

  /** [V13] While somebody looks at a trace its events are told as soon as they are read; the collector forgets it after 15 s. */
  private renewFollowed(): void {
    this.parts.bus
      .ask('follow', { traceIds: [...this.openTraces] })
      .catch((error: unknown) => this.parts.log.debug({ err: error }, 'open traces were not taken'));
  }

  private sendNow(tab: Tab): void {
    if (tab.takes()) tab.send({ ...this.base(), ...this.topologyFor(tab), taps: this.state.taps() }, performance.now());
  }

  private base(): Pick<LiveFrame, 'at' | 'feed'> {
    return { at: Math.floor(this.parts.clock() / 1000), feed: this.state.feed() };
  }

  private tick(): void {
    const { news } = this;
    this.news = new TickNews();
    for (const report of news.otherReplays()) this.news.takeReplay(report);
    this.state.nextTick();
    const base = this.base();
    for (const tab of this.tabs.values()) {
      const about = this.newsFor(tab, news);
      // The feed's own state alone is said by the heartbeat.
      const isNothing = Object.keys(about).length === 0 && !tab.hasMissed() && !this.isTopologyDue(tab);
      if (isNothing || !tab.takes()) continue;
      tab.send({ ...base, ...this.topologyFor(tab), ...about }, performance.now());
    }
    if (this.news.hasAny()) this.ticker.wake();
  }

  private newsFor(tab: Tab, news: TickNews): Partial<LiveFrame> {
    const events = tab.isIn('traces') ? news.events() : tab.isIn('trace') ? news.eventsOf(tab.traceIds) : undefined;
    const early = tab.isIn('trace') ? news.earlyOf(tab.traceIds) : undefined;
    const sagas = tab.isIn('sagas') ? news.sagasChanged() : undefined;
    const groups = tab.isIn('lag') ? news.groupsChanged() : undefined;
    const queues = tab.isIn('queues') ? news.queuesChanged() : undefined;
    const deadLetters = tab.isIn('dead-letters') || tab.isIn('topology') ? news.deadLettersAdded() : undefined;
    const replay = tab.isIn('dead-letters') ? news.firstReplay() : undefined;
    return {
      ...(events && { events }),
      ...(early && { early }),
      ...(sagas && { sagas }),
      ...(groups && { groups }),
      ...(queues && { queues }),
      ...(deadLetters && { deadLetters }),
      ...(replay && { replay }),
      ...(news.haveTapsChanged() && { taps: this.state.taps() }),
    };
  }

  private isTopologyDue(tab: Tab): boolean {
    return tab.isIn('topology') && performance.now() - tab.topologyAt >= TOPOLOGY_EVERY_MS;
  }

  /** Computed once for all tabs, and per tab at most twice a second. */
  private topologyFor(tab: Tab): Pick<LiveFrame, 'topology'> {
    const now = performance.now();
    if (!this.isTopologyDue(tab)) return {};
    if (!this.rates || now - this.rates.at >= TOPOLOGY_EVERY_MS / 2) {
      this.rates = { at: now, rates: this.state.rates() };
      if (this.state.tookChange()) this.changedAt = now;
    }
    const changed = this.changedAt > tab.pictureAt;
    tab.topologyAt = now;
    tab.pictureAt = now;
    return { topology: { rates: this.rates.rates, changed } };
  }

  /** Quiet is said too: rates fall to nothing, and the feed's state is fresh. */
  private beat(): void {
    const now = performance.now();
    if (this.tabs.size > 0 && now - this.storeLookedAt >= STORE_LOOK_EVERY_MS) this.lookAtStore();
    for (const tab of this.tabs.values()) {
      const due = now - tab.lastFrameAt >= HEARTBEAT_MS * 0.9 || (tab.isIn('topology') && now - tab.topologyAt >= HEARTBEAT_MS * 0.9);
      if (due && tab.isVisible() && tab.takes()) tab.send({ ...this.base(), ...this.topologyFor(tab) }, now);
    }
  }

  private lookAtStore(): void {
    this.storeLookedAt = performance.now();
    this.parts.store.ready().then(
      ({ ready }) => this.state.setStore(ready),
      () => this.state.setStore(false),
    );
  }

  /** While somebody looks at an inbox it is sampled the fast way; the collector forgets it after 15 s. */
  private renewWatch(): void {
    const byBroker = new Map<BrokerName, Set<InboxName>>();
    for (const tab of this.tabs.values()) {
      if (!tab.isVisible()) continue;
      for (const { broker, inbox } of tab.watch) {
        const inboxes = byBroker.get(broker) ?? new Set();
        if (inboxes.size < MOST_WATCHED) inboxes.add(inbox);
        byBroker.set(broker, inboxes);
      }
    }
    for (const [broker, inboxes] of byBroker) {
      this.parts.bus
        .ask('watch', { broker, inboxes: [...inboxes] })
        .catch((error: unknown) => this.parts.log.debug({ err: error, broker }, 'watch was not taken'));
    }
  }
}
