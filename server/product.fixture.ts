import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pino from 'pino';
import { io, type Socket } from 'socket.io-client';
import { stringify } from 'yaml';
import { isAppError } from '@/lib/errors';
import type { LiveFrame } from '@/lib/contract/live';
import type { TapCard } from '@/lib/contract/taps';
import { readConfig } from './config/read-config';
import { openConfiguredStore } from './start';
import { startAll, type AllRunning } from './start-all';
import { openClient } from './store/clickhouse/client';
import type { Store } from './store/store';

/** The whole product as `npm start` runs it (web half here, collector and embedded store as its children), without the pages. */
export interface Product {
  readonly running: AllRunning;
  readonly url: string;
  readonly store: Store;
  /** What lies in the store, asked past the port: counts over the events, to hold rollups against. */
  sql<T>(statement: string): Promise<readonly T[]>;
  openTab(): Promise<WatchingTab>;
  readyz(): Promise<{ readonly ready: boolean; readonly parts: readonly { name: string; ready: boolean; detail: string }[] }>;
  close(): Promise<void>;
}

/** A browser tab's socket, and what it was told last. */
export interface WatchingTab {
  readonly socket: Socket;
  readonly frames: number;
  readonly resyncs: number;
  last(): LiveFrame | null;
  cards(): readonly TapCard[];
  /** Its end of the wire is not read any more: a tab that hangs. */
  stall(): void;
  goOn(): void;
}

export async function startProduct(brokers: readonly object[], settings: Readonly<Record<string, unknown>> = {}): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'eventyard-product-'));
  const file = join(folder, 'eventyard.yaml');
  writeFileSync(
    file,
    stringify({ listen: { port: 0 }, store: { directory: join(folder, 'store') }, log: { level: 'silent' }, brokers, ...settings }),
  );
  const config = readConfig({ file, env: {}, flags: {}, cwd: folder });
  const log = pino({ level: 'silent' });
  const running = await startAll(config, log, {
    openPages: async () => ({
      handle: async (_, response) => void response.writeHead(404).end(),
      close: async () => undefined,
    }),
    longestWaitMs: 1_000,
  });
  const { url: storeUrl, user = '', password = '' } = running.storeAccess;
  const store = await openConfiguredStore(config, running.storeAccess, log);
  const client = openClient({ url: storeUrl, user, password, database: 'eventyard' });
  const url = `http://127.0.0.1:${running.port}`;
  const sockets: Socket[] = [];
  return {
    running,
    url,
    store,
    async sql<T>(statement: string) {
      for (let attempt = 0; ; attempt++) {
        try {
          return await client.rows<T>(statement, {}, { seconds: 60 });
        } catch (error) {
          if (!isAppError(error) || !error.retryable || attempt > 200) throw error;
          await wait(100);
        }
      }
    },
    async openTab() {
      const tab = await openTab(url);
      sockets.push(tab.socket);
      return tab;
    },
    readyz: async () => (await (await fetch(`${url}/readyz`)).json()) as Awaited<ReturnType<Product['readyz']>>,
    async close() {
      for (const socket of sockets) socket.close();
      await client.close();
      await store.close();
      await running.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function openTab(url: string): Promise<WatchingTab> {
  const socket = io(url, { path: '/live', transports: ['websocket'], reconnection: false, forceNew: true });
  const seen = { frames: 0, resyncs: 0, last: null as LiveFrame | null, cards: [] as readonly TapCard[] };
  socket.on('frame', (frame: LiveFrame) => {
    seen.frames++;
    seen.last = frame;
    if (frame.resync) seen.resyncs++;
    if (frame.taps !== undefined) seen.cards = frame.taps;
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  await socket.emitWithAck('subscribe', { rooms: [{ room: 'traces' }, { room: 'topology' }], watch: [] });
  const wire = (socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }).ws._socket;
  return {
    socket,
    get frames() {
      return seen.frames;
    },
    get resyncs() {
      return seen.resyncs;
    },
    last: () => seen.last,
    cards: () => seen.cards,
    stall: () => wire.pause(),
    goOn: () => wire.resume(),
  };
}

/** Waits for a fact about other processes; `what` may say how far it came. */
export async function until(what: () => string, fact: () => boolean | Promise<boolean>, withinMs = 600_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await fact()); await wait(50))
    if (Date.now() > end) throw new Error(`waited ${withinMs / 1000} s in vain: ${what()}`);
}

/** Resident memory of a process, MB; `null` when it is gone or this system has no /proc. */
export function residentMb(pid: number | null): number | null {
  if (pid === null) return null;
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) / 1024;
  } catch {
    return null;
  }
}
