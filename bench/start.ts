import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { io } from 'socket.io-client';
import type { LiveFrame } from '@/lib/contract/live';
import { cpuOfAll } from './kit/processes';
import { buildPages, startProduct, untilReady } from './kit/product';
import { figure, median, pause, printFigures, printMachine, printTable } from './kit/report';

/**
 * Cold start after the build: from starting the process to the first live event at a client, with the demo's shop; three starts. Then what a
 * browser loads of JavaScript for the first view of each screen.
 *
 *   npm run bench:start
 */
const COLLECTOR = fileURLToPath(new URL('../scripts/demo-collector.ts', import.meta.url));
const ROUTES = ['/', '/traces', '/traces/0123456789abcdef0123456789abcdef', '/sagas', '/lag', '/queues', '/dead-letters', '/settings'];
const ROUNDS = 3;
const config = {
  environment: { name: 'bench', kind: 'demo' },
  brokers: [
    { name: 'orders-kafka', inProcess: 'kafka', tap: { startAt: 'beginning', discoverEvery: '2s' } },
    { name: 'shop-rabbit', inProcess: 'rabbitmq', tap: { startAt: 'beginning', discoverEvery: '2s' } },
  ],
};

buildPages();
printMachine();
const starts: { firstEvent: number; cpu: number }[] = [];
let sizes: readonly { route: string; bytes: number }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const begin = performance.now();
  const product = await startProduct({ config, collectorEntry: COLLECTOR, env: { EVENTYARD_DEMO_RATE: '5' } });
  try {
    await firstLiveEvent(product.url);
    starts.push({ firstEvent: (performance.now() - begin) / 1_000, cpu: cpuOfAll(product.pids()) });
    if (round === ROUNDS - 1) {
      await untilReady(product);
      sizes = await Promise.all(ROUTES.map(async (route) => ({ route, bytes: await firstLoad(product.url, route) })));
    }
  } finally {
    await product.close();
  }
}
printTable([['route', 'first-load JS, gzip kB'], ...sizes.map(({ route, bytes }) => [route, (bytes / 1_000).toFixed(0)])]);
printFigures(`Start, medians of ${ROUNDS}`, [
  figure('start of the process → first live event', median(starts.map(({ firstEvent }) => firstEvent)), 5, 'less', 's'),
  figure('CPU of all processes until then', median(starts.map(({ cpu }) => cpu)), null, 'less', 'CPU-s'),
  figure('first-load JS of the largest route, gzip', Math.max(...sizes.map(({ bytes }) => bytes)) / 1_000, 300, 'less', 'kB', 0),
]);

/** As a browser would: tries until the server listens, then waits for a frame that has events. */
async function firstLiveEvent(url: string): Promise<void> {
  for (const until = Date.now() + 120_000; ; await pause(20)) {
    const listens = await fetch(`${url}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (listens) break;
    if (Date.now() > until) throw new Error('nothing listened within two minutes');
  }
  const socket = io(url, { path: '/live', transports: ['websocket'], extraHeaders: { origin: url } });
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('no live event within two minutes')), 120_000);
    socket.on('connect', () => socket.emit('subscribe', { rooms: [{ room: 'traces' }], watch: [] }, () => undefined));
    socket.on('frame', (frame: LiveFrame) => {
      if ((frame.events?.rows.length ?? 0) === 0) return;
      clearTimeout(late);
      resolve();
    });
  });
  socket.close();
}

/** All scripts that the page's HTML names, each as gzip would send it. */
async function firstLoad(url: string, route: string): Promise<number> {
  const html = await fetch(`${url}${route}`).then((answer) => answer.text());
  const scripts = new Set(
    [...html.matchAll(/<script\b[^>]*>/g)].flatMap(([tag]) => (/nomodule/i.test(tag) ? [] : (/\bsrc="([^"]+)"/.exec(tag)?.[1] ?? []))),
  );
  const bodies = await Promise.all([...scripts].map(async (src) => fetch(new URL(src, url)).then((answer) => answer.arrayBuffer())));
  if (bodies.length === 0) throw new Error(`${route} names no script`);
  return bodies.reduce((sum, body) => sum + gzipSync(Buffer.from(body)).length, 0);
}
