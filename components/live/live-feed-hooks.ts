'use client';
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import type { Room, Subscription } from '@/lib/contract/live';
import { forgetSession } from './api';
import { LiveFeed, initialFeed, type FeedSnapshot, type FeedSocket, type FrameListener } from './live-feed';

let queryClient: QueryClient | null = null;

/** The tab's one feed. The socket library is fetched when the feed opens, after the first paint. */
export const liveFeed = new LiveFeed({
  now: () => Date.now(),
  openSocket: () => lazySocket(),
  onResync: () => void queryClient?.invalidateQueries(),
});

/** Stands for the socket until its library is there; keeps what is registered and asked meanwhile. */
function lazySocket(): FeedSocket {
  const later: ((socket: FeedSocket) => void)[] = [];
  let real: FeedSocket | null = null;
  let closed = false;
  const withSocket = (action: (socket: FeedSocket) => void): void => {
    if (real) action(real);
    else later.push(action);
  };
  void import('socket.io-client').then(({ io }) => {
    if (closed) return;
    real = io({
      path: '/live',
      transports: ['websocket'],
      reconnectionDelay: 500,
      reconnectionDelayMax: 5000,
      randomizationFactor: 0.5,
    }) as FeedSocket;
    for (const action of later) action(real);
  });
  return {
    on: (event, listener) => withSocket((socket) => socket.on(event, listener)),
    emit: (event, ...values) => withSocket((socket) => socket.emit(event, ...values)),
    connect: () => withSocket((socket) => socket.connect()),
    close: () => {
      closed = true;
      withSocket((socket) => socket.close());
    },
  };
}

/** Opens the feed for the page's life and tells it whether anybody looks. Called once, by the query provider. */
export function useLiveFeed(): void {
  const client = useQueryClient();
  useEffect(() => {
    queryClient = client;
    liveFeed.open();
    const onVisibility = (): void => liveFeed.setVisible(document.visibilityState !== 'hidden');
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      liveFeed.close();
      queryClient = null;
    };
  }, [client]);
  const lost = useFeedPart((feed) => feed.lostAt !== null);
  useEffect(() => {
    if (lost) forgetSession();
  }, [lost]);
}

export const useFeed = (): FeedSnapshot => useSyncExternalStore(liveFeed.subscribe, liveFeed.getSnapshot, () => initialFeed);

/** A part of the feed's state; draws again only when that part changes (compared by identity). */
export function useFeedPart<Part>(select: (feed: FeedSnapshot) => Part): Part {
  return useSyncExternalStore(
    liveFeed.subscribe,
    () => select(liveFeed.getSnapshot()),
    () => select(initialFeed),
  );
}

const nothing: Subscription['watch'] = [];

/**
 * Holds live rooms while the part is on the screen and hands over every frame that may be shown (none while paused).
 * `watch` names inboxes on the screen, which are then sampled the fast way. Rooms may be made anew on every draw.
 */
export function useLiveRoom(room: Room | readonly Room[], onFrame?: FrameListener, watch: Subscription['watch'] = nothing): void {
  const rooms = Array.isArray(room) ? (room as readonly Room[]) : [room as Room];
  const text = JSON.stringify({ rooms, watch });
  const listener = useRef(onFrame);
  useEffect(() => {
    listener.current = onFrame;
  });
  useEffect(() => {
    const release = liveFeed.hold(JSON.parse(text) as Subscription);
    const stop = liveFeed.onFrame((frame) => listener.current?.(frame));
    return () => {
      stop();
      release();
    };
  }, [text]);
}
