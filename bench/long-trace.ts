import { randomBytes, randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { chromium, type Browser } from '@playwright/test';
import pino from 'pino';
import { startEmbeddedStore } from '@/server/store/embedded/start-embedded';
import { openStore } from '@/server/store/open-store';
import { findChromium } from '../scripts/test/find-chromium';
import { aKafka } from './kit/brokers';
import { fillStore } from './kit/fill-store';
import { buildPages, startProduct, untilReady } from './kit/product';
import { figure, median, percentile, printFigures, printMachine } from './kit/report';
import { shopMessage } from './kit/shop-messages';

/**
 * One trace of so many events in a real browser: from the navigation, with an empty cache, until its first row was painted and until all its
 * rows were there, and how many frames a second come while it is scrolled then. The rival, in the same run: a plain table of the same rows and
 * columns, fetched the same way and not virtualised. Rounds alternate.
 *
 *   npm run bench:long-trace [-- --events 10000 --rounds 3 --seconds 3]
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
  },
});
const EVENTS = Number(values.events);
const trace = randomBytes(16).toString('hex');

/** Text, because the loader's helpers for functions are not in the browser. Notes when a row, and when all, were painted: two frames after. */
const WATCH = `
  const when = (isThere, note) => {
    if (!isThere()) return void requestAnimationFrame(() => when(isThere, note));
    requestAnimationFrame(() => requestAnimationFrame(note));
  };
  when(() => document.querySelector('[role=treegrid] [role=row], tbody tr') !== null, () => (globalThis.benchPainted = performance.now()));
  const rows = () => Number(document.querySelector('[role=treegrid]')?.ariaRowCount ?? document.querySelectorAll('tbody tr').length);
  when(() => rows() >= ${EVENTS}, () => (globalThis.benchWhole = performance.now()));`;

/** Scrolls what scrolls by four rows a frame; gives the times between frames. */
const SCROLL = `(async () => {
  let box = document.querySelector('[role=treegrid]') ?? document.scrollingElement;
  while (box !== document.scrollingElement && !(box.scrollHeight > box.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement ?? document.scrollingElement;
  const gaps = [];
  let before = await new Promise(requestAnimationFrame);
  for (const end = before + ${Number(values.seconds) * 1_000}; before < end; ) {
    box.scrollTop += 120;
    const at = await new Promise(requestAnimationFrame);
    gaps.push(at - before);
    before = at;
  }
  return { gaps, moved: box.scrollTop };
})()`;

const PLAIN = `<!doctype html><meta charset="utf-8"><title>plain</title><table><tbody></tbody></table><script type="module">
  const { nodes } = await (await fetch('/api/traces/${trace}')).json();
  const body = document.querySelector('tbody');
  for (const { event } of nodes) {
    const row = document.createElement('tr');
    for (const text of [event.type, event.source, event.channel, event.partition, event.offset, new Date(event.observedAt / 1000).toISOString()]) {
      const cell = document.createElement('td');
      cell.textContent = text ?? '';
      row.append(cell);
    }
    body.append(row);
  }
</script>`;

interface Look {
  readonly painted: number;
  readonly whole: number;
  readonly framesASecond: number;
  readonly frameP95: number;
  readonly rowsInPage: number;
}

const found = findChromium();
if ('missing' in found) throw new Error(found.missing);
buildPages();
printMachine();
// It needs a broker to be ready; nothing is read from it.
const kafka = await aKafka();
const config = { brokers: [{ name: 'kafka', kafka: { brokers: kafka.brokers }, tap: { include: ['bench-long-trace-none'] } }] };
const product = await startProduct({ config, prepare: storeOneTrace });
const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
try {
  await untilReady(product);
  const looks: Record<'ours' | 'plain', Look[]> = { ours: [], plain: [] };
  await lookAt(browser, `/traces/${trace}`);
  for (let round = 0; round < Number(values.rounds); round++) {
    looks.ours.push(await lookAt(browser, `/traces/${trace}`));
    looks.plain.push(await lookAt(browser, '/bench-plain'));
  }
  const of = (which: keyof typeof looks, pick: (look: Look) => number): number => median(looks[which].map(pick));
  printFigures(`A trace of ${EVENTS.toLocaleString('en')} events, medians of ${values.rounds} rounds`, [
    figure(
      'navigation → first row painted',
      of('ours', ({ painted }) => painted),
      1_000,
      'less',
      'ms',
      0,
    ),
    figure(
      'rival, plain table: the same',
      of('plain', ({ painted }) => painted),
      null,
      'less',
      'ms',
      0,
    ),
    figure(
      'navigation → all rows there',
      of('ours', ({ whole }) => whole),
      null,
      'less',
      'ms',
      0,
    ),
    figure(
      'rival: the same',
      of('plain', ({ whole }) => whole),
      null,
      'less',
      'ms',
      0,
    ),
    figure(
      'scrolling: frames a second',
      of('ours', ({ framesASecond }) => framesASecond),
      58,
      'more',
      '',
    ),
    figure(
      'rival: the same',
      of('plain', ({ framesASecond }) => framesASecond),
      null,
      'more',
      '',
    ),
    figure(
      'scrolling: p95 between frames',
      of('ours', ({ frameP95 }) => frameP95),
      null,
      'less',
      'ms',
    ),
    figure(
      'rival: the same',
      of('plain', ({ frameP95 }) => frameP95),
      null,
      'less',
      'ms',
    ),
    figure(
      'rows in the page',
      of('ours', ({ rowsInPage }) => rowsInPage),
      null,
      'less',
      '',
      0,
    ),
    figure(
      'rival: the same',
      of('plain', ({ rowsInPage }) => rowsInPage),
      null,
      'less',
      '',
      0,
    ),
  ]);
} finally {
  await browser.close();
  await product.close();
  await kafka.end();
}

async function storeOneTrace(directory: string): Promise<void> {
  const log = pino({ level: 'silent' });
  const embedded = await startEmbeddedStore({ directory, log });
  const { url, user, password, database } = embedded;
  const store = await openStore({ url, user, password, database, directory, retentionDays: 30 }, { log });
  let at = 0;
  await fillStore(store, EVENTS, () => {
    const step = at++;
    return shopMessage({ type: `step.${step % 40}`, source: `service-${step % 12}`, order: 'o-long', trace, id: randomUUID() });
  });
  await store.close();
  await embedded.close();
}

async function lookAt(in_: Browser, path: string): Promise<Look> {
  // Waiting asks the page by text, and the rival is a page with a script of its own: the product's policy would refuse both.
  const context = await in_.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  try {
    const page = await context.newPage();
    await page.addInitScript({ content: WATCH });
    await page.route('**/bench-plain', (route) => route.fulfill({ contentType: 'text/html', body: PLAIN }));
    await page.goto(`${product.url}${path}`, { waitUntil: 'commit' });
    await page.waitForFunction('globalThis.benchWhole !== undefined', undefined, { timeout: 120_000 });
    const painted = await page.evaluate<number>('globalThis.benchPainted');
    const whole = await page.evaluate<number>('globalThis.benchWhole');
    const rowsInPage = await page.locator('[role=treegrid] [role=row], tbody tr').count();
    const { gaps, moved } = await page.evaluate<{ gaps: readonly number[]; moved: number }>(SCROLL);
    if (moved === 0) throw new Error(`${path} did not scroll`);
    return {
      painted,
      whole,
      framesASecond: (gaps.length * 1_000) / gaps.reduce((sum, gap) => sum + gap, 0),
      frameP95: percentile(gaps, 0.95),
      rowsInPage,
    };
  } finally {
    await context.close();
  }
}
