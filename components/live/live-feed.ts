import type { FeedState, LiveFrame, Room, Subscription } from '@/lib/contract/live';

/**
 * One socket per tab, as a plain store. Frames carry absolute values and a number each: a frame may be skipped, never misread. When a
 * number is missing or the server says `resync`, `onResync` is told (the query client asks the snapshots again) and the feed goes on.
 *
 * The promises are [FE1]…[FE6] of docs/spec/screens.md, guarded by live-feed.test.tsx.
 */
export type FeedStatus = 'connecting' | 'live' | 'paused' | 'behind' | 'disconnected' | 'stale';

export interface FeedSnapshot {
  readonly status: FeedStatus;
  /** What the server said last about the feed itself. */
  readonly feed: FeedState | null;
  /** This machine's time of the last frame, ms; null before the first. */
  readonly frameAt: number | null;
  readonly pausedAt: number | null;
  /** Frames with news that came while paused. */
  readonly waiting: number;
  /** Since when the link is gone, ms. */
  readonly lostAt: number | null;
  /** Server clock − this machine's clock, ms. */
  readonly clockSkewMs: number;
}

/** The part of a socket.io socket that the feed uses; tests give their own. */
export interface FeedSocket {
  on(event: string, listener: (...values: never[]) => void): unknown;
  emit(event: string, ...values: unknown[]): unknown;
  connect(): unknown;
  close(): unknown;
}

export interface FeedParts {
  readonly openSocket: () => FeedSocket;
  readonly now: () => number;
  readonly onResync: () => void;
}

/** A feed is called behind from this age of its newest event on, or when nothing was heard for as long. */
const BEHIND_MS = 5_000;
const STALE_AFTER_MS = 10_000;

export type FrameListener = (frame: LiveFrame) => void;

/** What is known before anything: also what the server draws, and the browser until it took over. */
export const initialFeed: FeedSnapshot = {
  status: 'connecting',
  feed: null,
  frameAt: null,
  pausedAt: null,
  waiting: 0,
  lostAt: null,
  clockSkewMs: 0,
};

export class LiveFeed {
  private snapshot: FeedSnapshot = initialFeed;
  private readonly listeners = new Set<() => void>();
  private readonly frameListeners = new Set<FrameListener>();
  private readonly subscriptions = new Map<symbol, Subscription>();
  private socket: FeedSocket | null = null;
  private connected = false;
  private seq: number | null = null;
  private missed = false;
  private sent = '';
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(private readonly parts: FeedParts) {}

  readonly getSnapshot = (): FeedSnapshot => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Every frame that may be shown: none while paused. */
  readonly onFrame = (listener: FrameListener): (() => void) => {
    this.frameListeners.add(listener);
    return () => this.frameListeners.delete(listener);
  };

  open(): void {
    if (this.socket) return;
    const socket = this.parts.openSocket();
    this.socket = socket;
    socket.on('connect', () => this.connect());
    socket.on('disconnect', () => this.disconnect());
    socket.on('connect_error', () => this.disconnect());
    socket.on('frame', (frame: LiveFrame) => this.take(frame));
    this.timer = setInterval(() => this.set({}), 1000);
  }

  close(): void {
    this.socket?.close();
    this.socket = null;
    this.connected = false;
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** Tries at once instead of at the next backoff. */
  reconnect(): void {
    this.socket?.connect();
  }

  setVisible(visible: boolean): void {
    if (this.connected) this.socket?.emit('visible', visible);
  }

  pause(): void {
    if (this.snapshot.pausedAt === null) this.set({ pausedAt: this.parts.now(), waiting: 0 });
  }

  resume(): void {
    if (this.snapshot.pausedAt === null) return;
    this.set({ pausedAt: null, waiting: 0 });
    this.parts.onResync();
  }

  /** Holds rooms until the returned function is called. */
  hold(subscription: Subscription): () => void {
    const key = Symbol('subscription');
    this.subscriptions.set(key, subscription);
    this.sendRooms();
    return () => {
      this.subscriptions.delete(key);
      this.sendRooms();
    };
  }

  private connect(): void {
    const again = this.snapshot.frameAt !== null;
    this.connected = true;
    this.seq = null;
    this.sent = '';
    this.set({ lostAt: null });
    this.sendRooms();
    if (typeof document !== 'undefined') this.setVisible(document.visibilityState !== 'hidden');
    if (again) this.parts.onResync();
  }

  private disconnect(): void {
    this.connected = false;
    this.set({ lostAt: this.snapshot.lostAt ?? this.parts.now() });
  }

  private take(frame: LiveFrame): void {
    const skipped = this.seq !== null && frame.seq !== this.seq + 1;
    this.seq = frame.seq;
    const now = this.parts.now();
    const paused = this.snapshot.pausedAt !== null;
    const resync = frame.resync || skipped;
    if (resync && paused) this.missed = true;
    this.set({
      feed: frame.feed,
      frameAt: now,
      clockSkewMs: frame.at - now,
      waiting: this.snapshot.waiting + (paused && hasNews(frame) ? 1 : 0),
    });
    if (paused) return;
    for (const listener of this.frameListeners) listener(frame);
    if (resync || this.missed) {
      this.missed = false;
      this.parts.onResync();
    }
  }

  private sendRooms(): void {
    if (!this.connected) return;
    const wanted = mergeSubscriptions([...this.subscriptions.values()]);
    const text = JSON.stringify(wanted);
    if (text === this.sent) return;
    this.sent = text;
    this.socket?.emit('subscribe', wanted, () => undefined);
  }

  private set(change: Partial<FeedSnapshot>): void {
    const next = { ...this.snapshot, ...change };
    const status = statusOf(next, this.parts.now(), this.connected);
    if (Object.keys(change).length === 0 && status === this.snapshot.status) return;
    this.snapshot = { ...next, status };
    for (const listener of this.listeners) listener();
  }
}

/** What the feed says of itself, as a pure function of what is known. */
export function statusOf(snapshot: FeedSnapshot, now: number, connected: boolean): FeedStatus {
  if (!connected && snapshot.lostAt === null) return 'connecting';
  if (!connected) return now - (snapshot.lostAt ?? now) >= STALE_AFTER_MS ? 'stale' : 'disconnected';
  if (snapshot.pausedAt !== null) return 'paused';
  if (snapshot.feed === null) return 'connecting';
  if (snapshot.feed.collector === 'gone' || snapshot.feed.store === 'down') return 'behind';
  if (snapshot.feed.rate > 0 && (snapshot.feed.behindMs ?? 0) > BEHIND_MS) return 'behind';
  // The server says even quiet once a second.
  if (now - (snapshot.frameAt ?? now) > BEHIND_MS) return 'behind';
  return 'live';
}

const hasNews = (frame: LiveFrame): boolean =>
  frame.events !== undefined ||
  frame.topology?.changed === true ||
  frame.sagas !== undefined ||
  frame.deadLetters !== undefined ||
  frame.replay !== undefined;

const roomKey = (room: Room): string => (room.room === 'trace' ? `trace ${room.traceId}` : room.room);

/** [FE5] One subscription out of many, each room and inbox once, in a stable order. */
export function mergeSubscriptions(all: readonly Subscription[]): Subscription {
  const rooms = new Map(all.flatMap((each) => each.rooms).map((room) => [roomKey(room), room]));
  const watch = new Map(all.flatMap((each) => each.watch).map((inbox) => [`${inbox.broker} ${inbox.inbox}`, inbox]));
  const sorted = <Value>(map: Map<string, Value>): Value[] => [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
  return { rooms: sorted(rooms), watch: sorted(watch) };
}
