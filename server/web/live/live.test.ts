import { afterEach, describe, expect, it } from 'vitest';
import { io, type Socket } from 'socket.io-client';
import type { BatchAnnouncement } from '@/lib/contract/bus-messages';
import type { LiveFrame, Subscription } from '@/lib/contract/live';
import { aGroupPoint } from '@/lib/lag/group-point.fixture';
import { anEventRow } from '@/lib/traces/trace-node.fixture';
import { startTestWeb, type TestWeb } from '../web.fixture';

let web: TestWeb;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await web.close();
});

interface Watcher {
  readonly socket: Socket;
  readonly frames: LiveFrame[];
  subscribe(subscription: Partial<Subscription>): Promise<unknown>;
  /** Resolves with the first frame (also an earlier one, from `after` on) for which `is` holds. */
  frame(is: (frame: LiveFrame) => boolean, after?: number): Promise<LiveFrame>;
}

async function open(headers: Record<string, string> = {}): Promise<Watcher> {
  const socket = io(web.url, { path: '/live', transports: ['websocket'], extraHeaders: headers, reconnection: false, forceNew: true });
  sockets.push(socket);
  const frames: LiveFrame[] = [];
  const listeners = new Set<() => void>();
  socket.on('frame', (frame: LiveFrame) => {
    frames.push(frame);
    for (const listener of listeners) listener();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return {
    socket,
    frames,
    subscribe: (subscription) => socket.emitWithAck('subscribe', { rooms: [], watch: [], ...subscription }),
    frame: (is, after = 0) =>
      new Promise((resolve) => {
        const look = () => {
          const found = frames.slice(after).find(is);
          if (!found) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
  };
}

let batches = 0;
const aBatch = (given: Partial<BatchAnnouncement> = {}): BatchAnnouncement => ({
  tap: 'kafka',
  batch: (batches += 1),
  broker: 'kafka',
  storedAt: Date.now() * 1000,
  events: given.rows?.length ?? 1,
  rows: [],
  followed: [],
  edges: [],
  deadLetters: 0,
  ...given,
});
const rows = (count: number, traceId = 'trace-1') =>
  Array.from({ length: count }, (_, index) => anEventRow({ id: `${traceId}-${index}`, traceId }));

describe('the live feed', () => {
  it('[V1] begins with the state of the feed and numbers every frame by one', async () => {
    web = await startTestWeb();
    const tab = await open();
    await tab.subscribe({ rooms: [{ room: 'traces' }] });
    for (let index = 0; index < 5; index++) web.collector.announce('batch', aBatch({ rows: rows(1, `t${index}`) }));
    await tab.frame((frame) => frame.events?.rows.some((row) => row.traceId === 't4') ?? false);
    expect(tab.frames[0]).toMatchObject({ seq: 1, resync: false, feed: { collector: 'present', store: 'ready' }, taps: [] });
    expect(tab.frames.map((frame) => frame.seq)).toEqual(tab.frames.map((_, index) => index + 1));
    expect(tab.frames.flatMap((frame) => frame.events?.rows ?? []).map((row) => row.traceId)).toEqual(['t0', 't1', 't2', 't3', 't4']);
  });

  it('[V2] gives each room its own: a trace its events, lag its samples, sagas theirs; others nothing of it', async () => {
    web = await startTestWeb();
    const [trace, lag, dead] = [await open(), await open(), await open()];
    await trace.subscribe({ rooms: [{ room: 'trace', traceId: 'mine' }] });
    await lag.subscribe({ rooms: [{ room: 'lag' }] });
    await dead.subscribe({ rooms: [{ room: 'dead-letters' }] });
    web.collector.announce('batch', aBatch({ rows: [...rows(2, 'other'), ...rows(1, 'mine')], deadLetters: 2 }));
    web.collector.announce('samples', { broker: 'kafka', at: 1, groups: [aGroupPoint(0, { committed: 1, end: 3 })], queues: [] });
    expect((await trace.frame((frame) => (frame.events?.rows.length ?? 0) > 0)).events).toMatchObject({
      rows: [{ traceId: 'mine' }],
      more: 0,
    });
    expect((await lag.frame((frame) => frame.groups !== undefined)).groups).toMatchObject([{ inbox: 'orders@billing', lag: 2 }]);
    expect((await dead.frame((frame) => frame.deadLetters !== undefined)).deadLetters).toEqual({ added: 2 });
    expect(lag.frames.some((frame) => frame.events !== undefined)).toBe(false);
    expect(trace.frames.some((frame) => frame.groups !== undefined)).toBe(false);
  });

  it('[V4] gives at most 200 rows a frame and counts the others', async () => {
    web = await startTestWeb();
    const tab = await open();
    await tab.subscribe({ rooms: [{ room: 'traces' }] });
    for (let index = 0; index < 20; index++) web.collector.announce('batch', aBatch({ rows: rows(150), events: 1000 }));
    const seen = () => tab.frames.reduce((sum, { events }) => sum + (events?.rows.length ?? 0) + (events?.more ?? 0), 0);
    await tab.frame(() => seen() >= 20_000);
    expect(seen()).toBe(20_000);
    expect(Math.max(...tab.frames.map((frame) => frame.events?.rows.length ?? 0))).toBeLessThanOrEqual(200);
  });

  it('[V7] gives rates and inboxes as absolute numbers, and says when the picture changed', async () => {
    web = await startTestWeb();
    const tab = await open();
    await tab.subscribe({ rooms: [{ room: 'topology' }] });
    const announce = () =>
      web.collector.announce(
        'batch',
        aBatch({ events: 30, edges: [{ kind: 'publish', source: 'web', channel: 'orders', inbox: null, count: 30, failed: 0 }] }),
      );
    announce();
    const id = 'publish:service:web→channel:kafka/orders';
    const first = await tab.frame((frame) => (frame.topology?.rates.edges[id]?.rate ?? 0) > 0);
    expect(first.topology?.changed).toBe(true);
    const after = tab.frames.length;
    announce();
    const second = await tab.frame((frame) => frame.topology !== undefined, after);
    expect(second.topology).toMatchObject({ changed: false });
    expect(second.feed.rate).toBeGreaterThan(0);
  });

  it('[V6] a hidden tab gets nothing, and a resync when it is looked at again', async () => {
    web = await startTestWeb();
    const [hidden, other] = [await open(), await open()];
    await hidden.subscribe({ rooms: [{ room: 'traces' }] });
    await other.subscribe({ rooms: [{ room: 'traces' }] });
    hidden.socket.emit('visible', false);
    // One question and its answer later the server has taken `visible`.
    await hidden.subscribe({ rooms: [{ room: 'traces' }] });
    const before = hidden.frames.length;
    web.collector.announce('batch', aBatch({ rows: rows(1, 'unseen') }));
    await other.frame((frame) => frame.events !== undefined);
    await hidden.subscribe({ rooms: [{ room: 'traces' }] });
    expect(hidden.frames.length).toBe(before);
    hidden.socket.emit('visible', true);
    const again = await hidden.frame(() => true, before);
    expect(again).toMatchObject({ resync: true, seq: before + 1 });
    expect((await hidden.frame(() => hidden.frames.length > before + 1, before + 1)).resync).toBe(false);
  });

  it('[V8] says when announcements were lost on the way, and when the collector went and came', async () => {
    web = await startTestWeb();
    const tab = await open();
    await tab.subscribe({ rooms: [{ room: 'traces' }] });
    web.collector.announce('batch', aBatch({ rows: rows(1, 'a') }));
    await tab.frame((frame) => frame.events !== undefined);
    batches += 3;
    web.collector.announce('batch', aBatch({ rows: rows(1, 'b') }));
    expect((await tab.frame((frame) => frame.events?.rows[0]?.traceId === 'b')).resync).toBe(true);
    await web.collector.close();
    expect((await tab.frame((frame) => frame.feed.collector === 'gone')).feed.collector).toBe('gone');
  });

  it('[V12] begins with what the store knows: verdicts before the first sample comes', async () => {
    const noon = Date.now() * 1000;
    const series = [60, 40, 20, 1].map((ago) =>
      aGroupPoint(0, { broker: 'kafka', committed: 1_000 - ago * 10, end: 1_000 - ago * 5, at: noon - ago * 1e6 }),
    );
    web = await startTestWeb({ store: { allGroupSeries: async () => new Map([['any key', series]]) } });
    const tab = await open();
    await tab.subscribe({ rooms: [{ room: 'topology' }] });
    const frame = await tab.frame(({ topology }) => topology?.rates.inboxes['inbox:kafka/orders@billing'] !== undefined);
    expect(frame.topology?.rates.inboxes['inbox:kafka/orders@billing']).toMatchObject({ waiting: 5, verdict: 'caught-up' });
  });

  it('[V9] says when the store is down and when it is back', async () => {
    let ready = false;
    web = await startTestWeb({ store: { ready: async () => ({ ready, detail: '' }) } });
    const tab = await open();
    expect((await tab.frame((frame) => frame.feed.store === 'down')).feed.store).toBe('down');
    ready = true;
    const after = tab.frames.length;
    await open();
    await tab.frame((frame) => frame.feed.store === 'ready', after);
  });

  it('[V10] asks the collector to sample what is on the screen, only while somebody looks', async () => {
    web = await startTestWeb();
    const asked: unknown[] = [];
    web.collector.answer('watch', async (request) => {
      asked.push(request);
      return { ok: true };
    });
    const [tab, hidden] = [await open(), await open()];
    hidden.socket.emit('visible', false);
    await hidden.subscribe({ rooms: [], watch: [{ broker: 'kafka', inbox: 'unseen@x' }] });
    await tab.subscribe({
      rooms: [{ room: 'lag' }],
      watch: [
        { broker: 'kafka', inbox: 'orders@billing' },
        { broker: 'rabbit', inbox: 'q' },
      ],
    });
    await expect.poll(() => asked.length).toBeGreaterThanOrEqual(2);
    expect(asked).toContainEqual({ broker: 'kafka', inboxes: ['orders@billing'] });
    expect(asked).toContainEqual({ broker: 'rabbit', inboxes: ['q'] });
  });

  it('[V13] asks for the open traces, gives what is only read to those who look at it, and counts nothing as left out that was told', async () => {
    web = await startTestWeb();
    const asked: unknown[] = [];
    web.collector.answer('follow', async ({ traceIds }) => {
      asked.push(traceIds);
      return { ok: true };
    });
    const [tab, other, list] = [await open(), await open(), await open()];
    await list.subscribe({ rooms: [{ room: 'traces' }] });
    await tab.subscribe({ rooms: [{ room: 'trace', traceId: 'mine' }] });
    await other.subscribe({ rooms: [{ room: 'trace', traceId: 'other' }] });
    await expect.poll(() => asked).toContainEqual(['mine', 'other']);
    web.collector.announce('read', { tap: 'kafka', rows: rows(2, 'mine') });
    const early = await tab.frame((frame) => frame.early !== undefined);
    expect(early.early?.map(({ id }) => id)).toEqual(['mine-0', 'mine-1']);
    expect(early.events).toBeUndefined();
    web.collector.announce('batch', aBatch({ rows: rows(2, 'mine'), events: 900, followed: ['mine'] }));
    expect((await tab.frame((frame) => frame.events !== undefined)).events).toMatchObject({ more: 0 });
    expect((await other.frame((frame) => frame.events !== undefined)).events).toMatchObject({ rows: [], more: 898 });
    await list.frame((frame) => frame.events !== undefined);
    expect([...other.frames, ...list.frames].some((frame) => frame.early !== undefined)).toBe(false);
    other.socket.close();
    await expect.poll(() => asked.at(-1)).toEqual(['mine']);
  });

  it('[V1] a tick without news for a tab gives it no frame; the state of the feed comes all the same', async () => {
    web = await startTestWeb();
    const [sagas, list] = [await open(), await open()];
    await sagas.subscribe({ rooms: [{ room: 'sagas' }] });
    await list.subscribe({ rooms: [{ room: 'traces' }] });
    await sagas.frame(() => true);
    for (let index = 0; index < 10; index++) {
      const seen = list.frames.length;
      web.collector.announce('batch', aBatch({ rows: rows(1) }));
      await list.frame((frame) => frame.events !== undefined, seen);
    }
    const told = await sagas.frame((frame) => frame.feed.rate > 0);
    expect(told).not.toHaveProperty('events');
    expect(sagas.frames.length).toBeLessThan(list.frames.length);
  });

  it('[V5] a stalled tab costs bounded memory, others go on, and it resyncs when it reads again', async () => {
    web = await startTestWeb();
    const [stalled, lively] = [await open(), await open()];
    await stalled.subscribe({ rooms: [{ room: 'traces' }] });
    await lively.subscribe({ rooms: [{ room: 'traces' }] });
    const raw = (stalled.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }).ws._socket;
    raw.pause();
    const big = rows(200).map((row) => ({ ...row, key: 'k'.repeat(4000) }));
    const before = stalled.frames.length;
    const heap = () => process.memoryUsage().heapUsed + process.memoryUsage().external;
    const start = heap();
    for (let index = 0; index < 60; index++) {
      const seen = lively.frames.length;
      web.collector.announce('batch', aBatch({ rows: big }));
      await lively.frame((frame) => frame.events !== undefined, seen);
      for (const frame of lively.frames) delete (frame as { events?: unknown }).events;
    }
    // 60 frames of 0.9 MB were made; what is held for the stalled tab is a few of them.
    expect(heap() - start).toBeLessThan(200e6);
    expect(stalled.frames.length).toBe(before);
    raw.resume();
    await stalled.frame((frame) => frame.resync, before);
    expect(stalled.frames.length - before).toBeLessThan(40);
    const seqs = stalled.frames.map((frame) => frame.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('[V11] takes no wrong subscription, and not too many', async () => {
    web = await startTestWeb();
    const tab = await open();
    for (const wrong of [
      null,
      'x',
      { rooms: [{ room: 'secrets' }], watch: [] },
      { rooms: [{ room: 'trace' }], watch: [] },
      { rooms: Array.from({ length: 17 }, () => ({ room: 'lag' })), watch: [] },
      { rooms: [], watch: [], extra: 1 },
    ]) {
      expect(await tab.socket.emitWithAck('subscribe', wrong)).toEqual({ error: 'bad-subscription' });
    }
    const answers = await Promise.all(Array.from({ length: 40 }, () => tab.subscribe({})));
    expect(answers).toContainEqual({ error: 'too-many-subscriptions' });
    expect(answers).toContainEqual({ ok: true });
    tab.socket.emit('subscribe');
    tab.socket.emit('visible', { toString: 1 });
    await tab.frame(() => true, tab.frames.length);
  });

  it('[A2] refuses a foreign page and a wrong name, and lets our own in', async () => {
    web = await startTestWeb();
    await expect(open({ origin: 'http://evil.example' })).rejects.toThrow();
    await expect(open({ host: 'evil.example' })).rejects.toThrow();
    await open({ origin: web.url });
  });
});
