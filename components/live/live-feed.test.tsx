import { describe, expect, it, vi } from 'vitest';
import type { LiveFrame } from '@/lib/contract/live';
import { LiveFeed, mergeSubscriptions, statusOf, initialFeed, type FeedSocket } from './live-feed';

type Listener = (...values: never[]) => void;

/** A feed over a socket that the test drives, with a clock that the test moves. */
function feedUnderTest() {
  const listeners = new Map<string, Listener>();
  const emitted: [string, ...unknown[]][] = [];
  const clock = { now: 1_000_000 };
  const onResync = vi.fn();
  const socket: FeedSocket = {
    on: (event, listener) => void listeners.set(event, listener as Listener),
    emit: (event, ...values) => void emitted.push([event, ...values]),
    connect: vi.fn(),
    close: vi.fn(),
  };
  const feed = new LiveFeed({ openSocket: () => socket, now: () => clock.now, onResync });
  feed.open();
  const say = (event: string, value?: unknown): void => listeners.get(event)?.(value as never);
  return { feed, say, emitted, clock, onResync, close: () => feed.close() };
}

const frame = (seq: number, over: Partial<LiveFrame> = {}): LiveFrame => ({
  seq,
  at: 1_000_000,
  resync: false,
  feed: { behindMs: 200, newestAt: 999_800, collector: 'present', store: 'ready', rate: 12 },
  ...over,
});

describe('LiveFeed', () => {
  it('is live once a frame came, and hands it on', () => {
    const { feed, say, close } = feedUnderTest();
    const seen: number[] = [];
    feed.onFrame((each) => seen.push(each.seq));
    expect(feed.getSnapshot().status).toBe('connecting');
    say('connect');
    say('frame', frame(1));
    say('frame', frame(2));
    expect(feed.getSnapshot().status).toBe('live');
    expect(seen).toEqual([1, 2]);
    close();
  });

  it('[FE1] asks the snapshots when a number is missing or the server says so, and only then', () => {
    const { say, onResync, close } = feedUnderTest();
    say('connect');
    say('frame', frame(1));
    say('frame', frame(2));
    expect(onResync).not.toHaveBeenCalled();
    say('frame', frame(4));
    expect(onResync).toHaveBeenCalledTimes(1);
    say('frame', frame(5));
    say('frame', frame(6, { resync: true }));
    expect(onResync).toHaveBeenCalledTimes(2);
    close();
  });

  it('[FE2] shows nothing while paused, counts the news, and asks the snapshots when it goes on', () => {
    const { feed, say, onResync, close } = feedUnderTest();
    const seen: number[] = [];
    feed.onFrame((each) => seen.push(each.seq));
    say('connect');
    say('frame', frame(1));
    feed.pause();
    expect(feed.getSnapshot().status).toBe('paused');
    say('frame', frame(2, { deadLetters: { added: 1 } }));
    say('frame', frame(3));
    say('frame', frame(5, { events: { rows: [], more: 3 } }));
    expect(seen).toEqual([1]);
    expect(feed.getSnapshot().waiting).toBe(2);
    expect(onResync).not.toHaveBeenCalled();
    feed.resume();
    expect(onResync).toHaveBeenCalledTimes(1);
    expect(feed.getSnapshot()).toMatchObject({ status: 'live', waiting: 0, pausedAt: null });
    say('frame', frame(6));
    expect(seen).toEqual([1, 6]);
    close();
  });

  it('[FE3] is disconnected, then stale, and asks for what it missed when the link is back', () => {
    const { feed, say, clock, onResync, close } = feedUnderTest();
    say('connect');
    say('frame', frame(1));
    say('disconnect');
    expect(feed.getSnapshot()).toMatchObject({ status: 'disconnected', lostAt: 1_000_000 });
    clock.now += 10_000;
    say('connect_error');
    expect(feed.getSnapshot()).toMatchObject({ status: 'stale', lostAt: 1_000_000 });
    say('connect');
    expect(onResync).toHaveBeenCalledTimes(1);
    // A restarted server counts from the beginning: that is no gap.
    say('frame', frame(1));
    expect(feed.getSnapshot()).toMatchObject({ status: 'live', lostAt: null });
    expect(onResync).toHaveBeenCalledTimes(1);
    close();
  });

  it('[FE5] adds up the rooms of all parts and leaves what nobody holds', () => {
    const { feed, say, emitted, close } = feedUnderTest();
    const rooms = () =>
      emitted
        .filter(([event]) => event === 'subscribe')
        .map(([, wanted]) => (wanted as { rooms: { room: string }[] }).rooms.map((each) => each.room));
    const releaseTaps = feed.hold({ rooms: [{ room: 'taps' }], watch: [] });
    expect(rooms()).toEqual([]);
    say('connect');
    feed.hold({ rooms: [{ room: 'topology' }, { room: 'taps' }], watch: [] });
    releaseTaps();
    expect(rooms()).toEqual([['taps'], ['taps', 'topology']]);
    close();
  });

  it('[FE6] tells the server whether anybody looks', () => {
    const { feed, say, emitted, close } = feedUnderTest();
    say('connect');
    feed.setVisible(false);
    expect(emitted.filter(([event]) => event === 'visible').map(([, value]) => value)).toEqual([true, false]);
    close();
  });
});

describe('statusOf', () => {
  const feed = { behindMs: 100, newestAt: 1, collector: 'present', store: 'ready', rate: 5 } as const;
  const at = (over: object, now = 1000) => statusOf({ ...initialFeed, frameAt: 1000, feed: { ...feed, ...over } }, now, true);

  it('[FE4] says behind for a lost half, an old newest event, and silence; quiet is not behind', () => {
    expect(at({})).toBe('live');
    expect(at({ collector: 'gone' })).toBe('behind');
    expect(at({ store: 'down' })).toBe('behind');
    expect(at({ behindMs: 12_000 })).toBe('behind');
    expect(at({ behindMs: 12_000, rate: 0 })).toBe('live');
    expect(at({}, 7000)).toBe('behind');
  });
});

describe('mergeSubscriptions', () => {
  it('[FE5] holds each room and inbox once, in a stable order', () => {
    const merged = mergeSubscriptions([
      { rooms: [{ room: 'trace', traceId: 'b' }, { room: 'lag' }], watch: [{ broker: 'k', inbox: 'i' }] },
      { rooms: [{ room: 'lag' }, { room: 'trace', traceId: 'a' }], watch: [{ broker: 'k', inbox: 'i' }] },
    ]);
    expect(merged).toEqual({
      rooms: [{ room: 'lag' }, { room: 'trace', traceId: 'a' }, { room: 'trace', traceId: 'b' }],
      watch: [{ broker: 'k', inbox: 'i' }],
    });
  });
});
