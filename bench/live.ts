import { readFileSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../scripts/test/find-chromium';
import { cpuOfAll } from './kit/processes';
import { buildPages, startProduct, untilReady } from './kit/product';
import { figure, median, pause, percentile, printFigures, printMachine, type Figure } from './kit/report';
import { aTemporaryFolder } from './kit/temporary';

/**
 * From publishing to the DOM of a real browser, at 1,000 events a second (in-process broker and publisher in the collector's process, as in the
 * demo): events of a trace that is open, then how old depth and lag on their screens are. Three rounds of each, medians.
 *
 *   npm run bench:live [-- --seconds 20 --rounds 3]
 */
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' }, rounds: { type: 'string', default: '3' } } });
const SECONDS = Number(values.seconds);
const COLLECTOR = fileURLToPath(new URL('./kit/live-collector.ts', import.meta.url));

/**
 * Notes in the page when each row of a table was first there, and of each event in a frame when the tap had read it, when the frame was made and
 * when it came. Text, because the loader's helpers for functions are not in the browser.
 */
const WATCH_ROWS = `
  const stages = (globalThis.benchStages = {});
  const Socket = globalThis.WebSocket;
  globalThis.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        const received = performance.timeOrigin + performance.now();
        if (typeof data !== 'string' || !data.startsWith('42["frame"')) return;
        const frame = JSON.parse(data.slice(2))[1];
        for (const row of [...(frame.early ?? []), ...(frame.events?.rows ?? [])])
          stages[row.id] ??= { read: row.observedAt / 1000, framed: frame.at, received };
      });
    }
  };
  const seen = (globalThis.benchSeen = {});
  new MutationObserver(() => {
    for (const row of document.querySelectorAll('tr[data-row]')) seen[row.dataset.row] ??= performance.timeOrigin + performance.now();
  }).observe(document, { childList: true, subtree: true });`;

const found = findChromium();
if ('missing' in found) throw new Error(found.missing);
buildPages();
printMachine();
const folder = aTemporaryFolder();
const log = join(folder, 'published');
const trace = randomBytes(16).toString('hex');
const product = await startProduct({
  config: {
    brokers: [
      { name: 'kafka', inProcess: 'kafka', tap: { startAt: 'beginning', discoverEvery: '2s' } },
      { name: 'rabbit', inProcess: 'rabbitmq', tap: { startAt: 'beginning', discoverEvery: '2s' } },
    ],
  },
  collectorEntry: COLLECTOR,
  env: { BENCH_LOG: log, BENCH_TRACE: trace },
});
const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
interface Stage {
  readonly read: number;
  readonly framed: number;
  readonly received: number;
}
const STAGES = ['published → read by the tap', '→ in a frame', '→ in the browser', '→ in the DOM'] as const;
const stages: number[][] = STAGES.map(() => []);
const latencies: { p50: number; p99: number; seen: number; missed: number; cores: number }[] = [];
const ages = { depth: [] as number[], lag: [] as number[] };
try {
  await untilReady(product);
  await pause(5_000);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.addInitScript({ content: WATCH_ROWS });
  for (let round = 0; round < Number(values.rounds); round++) {
    latencies.push(await eventsInTheDom(page));
    ages.depth.push(await ageOnScreen(page, '/queues', 'bench.waiting', 'depth'));
    ages.lag.push(await ageOnScreen(page, '/lag', 'standing', 'lag'));
  }
} finally {
  await browser.close();
  await product.close();
  rmSync(folder, { recursive: true, force: true });
}
const of = (pick: (one: (typeof latencies)[number]) => number): number => median(latencies.map(pick));
const figures: Figure[] = [
  figure(
    'publish → in the DOM: p50',
    of(({ p50 }) => p50),
    60,
    'less',
    'ms',
    0,
  ),
  figure(
    'publish → in the DOM: p99',
    of(({ p99 }) => p99),
    250,
    'less',
    'ms',
    0,
  ),
  ...STAGES.map((name, index) =>
    figure(
      `  ${name}: p50 (p99 ${percentile(stages[index] ?? [], 0.99).toFixed(0)} ms)`,
      percentile(stages[index] ?? [], 0.5),
      null,
      'less',
      'ms',
      0,
    ),
  ),
  figure(
    'events looked for a round',
    of(({ seen }) => seen),
    null,
    'more',
    '',
    0,
  ),
  figure(
    '… and never seen',
    of(({ missed }) => missed),
    0,
    'less',
    '',
    0,
  ),
  figure(
    'cores used by all our processes (publisher within, browser apart)',
    of(({ cores }) => cores),
    null,
    'less',
    '',
    2,
  ),
  figure('age of a depth on the screen: p99', median(ages.depth), 1_500, 'less', 'ms', 0),
  figure('age of a lag on the screen: p99', median(ages.lag), 1_500, 'less', 'ms', 0),
];
printFigures(`Live at 1,000 events/s, medians of ${values.rounds} rounds of ${SECONDS} s`, figures);

async function eventsInTheDom(page: Page): Promise<(typeof latencies)[number]> {
  await page.goto(`${product.url}/traces/${trace}?view=table`);
  await page.locator('tr[data-row]').first().waitFor({ timeout: 60_000 });
  await pause(2_000);
  const [from, cpu] = [performance.timeOrigin + performance.now(), cpuOfAll(product.pids())];
  await pause(SECONDS * 1_000);
  const [to, used] = [performance.timeOrigin + performance.now(), cpuOfAll(product.pids()) - cpu];
  const asked = published('event').filter(({ at }) => at >= from && at < to);
  // A screen that is late is late, and not without the event: it gets half a minute.
  let seen: Readonly<Record<string, number>> = {};
  for (const until = Date.now() + 30_000; Date.now() < until && asked.some(({ what }) => seen[what] === undefined); await pause(250))
    seen = await page.evaluate(() => (globalThis as unknown as { benchSeen: Record<string, number> }).benchSeen);
  const took = asked.flatMap(({ what, at }) => {
    const shown = seen[what];
    return shown === undefined ? [] : [shown - at];
  });
  const stagesOf = await page.evaluate(() => (globalThis as unknown as { benchStages: Record<string, Stage> }).benchStages);
  for (const { what, at } of asked) {
    const [stage, shown] = [stagesOf[what], seen[what]];
    if (stage === undefined || shown === undefined) continue;
    const times = [at, stage.read, stage.framed, stage.received, shown];
    stages.forEach((all, index) => all.push((times[index + 1] ?? 0) - (times[index] ?? 0)));
  }
  if (took.length === 0) throw new Error('no event of the watched trace came into the DOM');
  return {
    p50: percentile(took, 0.5),
    p99: percentile(took, 0.99),
    seen: asked.length,
    missed: asked.length - took.length,
    cores: used / ((to - from) / 1_000),
  };
}

/** How long ago the number on the screen stopped being true, looked at twenty times a second; p99, ms. */
async function ageOnScreen(page: Page, path: string, inbox: string, kind: 'depth' | 'lag'): Promise<number> {
  await page.goto(`${product.url}${path}`);
  const row = page.locator('tr[data-row]', { hasText: inbox }).first();
  await row.waitFor({ timeout: 60_000 });
  await pause(3_000);
  const shown = await row.evaluate(async (element, seconds) => {
    const looks: { at: number; value: number }[] = [];
    for (const end = performance.now() + seconds * 1_000; performance.now() < end;) {
      const numbers = [...element.querySelectorAll('td [title]')].map((cell) =>
        Number((cell.getAttribute('title') ?? '').replaceAll(/[,.\s\u202f]/g, '')),
      );
      const value = numbers.find((number) => number > 0);
      if (value !== undefined) looks.push({ at: performance.timeOrigin + performance.now(), value });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return looks;
  }, SECONDS / 2);
  if (shown.length === 0) throw new Error(`${path} shows no number for ${inbox}`);
  const outdatedAt = new Map(published(kind).map(({ what, at }) => [Number(what) - 1, at]));
  return percentile(
    shown.map(({ at, value }) => Math.max(0, at - (outdatedAt.get(value) ?? at))),
    0.99,
  );
}

function published(kind: string): { what: string; at: number }[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([word]) => word === kind)
    .map(([, what = '', at]) => ({ what, at: Number(at) }));
}
