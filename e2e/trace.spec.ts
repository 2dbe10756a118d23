import AxeBuilder from '@axe-core/playwright';
import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import type { TraceView } from '../lib/contract/traces';
import { aRefusedMail, ask, aTraceOverBothBrokers, open, PATIENT, replay } from './given/demo';

const selectedEvent = (page: Page): string | null => new URL(page.url()).searchParams.get('event');

test('one selection in four views: chosen in the timeline it is chosen in the table, the sequence and the graph, and Back undoes it', async ({
  page,
  request,
}) => {
  const trace = await aTraceOverBothBrokers(request);
  await open(page, `/traces/${trace.traceId}`);
  await page.getByRole('row').nth(2).click();
  await expect(page.getByRole('complementary', { name: 'Selected event' })).toBeVisible();
  const event = selectedEvent(page);
  expect(event).not.toBeNull();

  await page.getByRole('tab', { name: 'Table' }).click();
  await expect(page.locator('main tr[aria-current=true]')).toHaveCount(1);
  await page.getByRole('tab', { name: 'Sequence' }).click();
  await expect(page.locator('[role=listitem][data-selected]').first()).toBeVisible();
  await page.getByRole('tab', { name: 'Graph' }).click();
  await expect(page.locator('[data-chosen=true]').first()).toBeVisible();
  expect(selectedEvent(page)).toBe(event);

  await page.goBack();
  await expect(page).toHaveURL(/view=sequence/);
  await page.goBack();
  await page.goBack();
  await expect(page.getByRole('treegrid')).toBeVisible();
  expect(selectedEvent(page)).toBe(event);
  await page.goBack();
  await expect(page.getByRole('complementary', { name: 'Selected event' })).toHaveCount(0);
});

test('a link opens the same view with the same event, sort and columns', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  await open(page, `/traces/${trace.traceId}?view=table&sort=-after&cols=time,type,message`);
  await expect(page.getByRole('columnheader')).toHaveText([/Time/, /Event/, /Message id/]);
  await page.getByRole('row').nth(1).click();
  const link = page.url();
  await page.goto('/lag');
  await page.goto(link);
  await expect(page.locator('main tr[aria-current=true]')).toHaveCount(1);
  await expect(page.getByText('Sorted by after')).toBeVisible();
});

test('by keys alone: from event to event, from view to view, into the tabs of one event and out again', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  await open(page, `/traces/${trace.traceId}`);
  await expect(page.getByRole('treegrid')).toBeVisible();
  await page.keyboard.press(']');
  await expect(page).toHaveURL(/view=sequence/);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(page.getByRole('complementary', { name: 'Selected event' })).toBeVisible();
  const first = selectedEvent(page);
  await page.keyboard.press('j');
  await expect.poll(() => selectedEvent(page)).not.toBe(first);
  await page.keyboard.press(']');
  await expect(page).toHaveURL(/tab=headers/);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary', { name: 'Selected event' })).toHaveCount(0);
});

test('an open trace grows while one looks, and what one reads stays where it is', async ({ page, request }) => {
  test.setTimeout(600_000);
  const letter = await aRefusedMail(request, Date.now() * 1_000);
  const path = `/traces/${letter.event.traceId}`;
  const known = async (): Promise<number> => (await ask<TraceView>(request, `/api${path}`)).nodes.length;
  await open(page, `${path}?view=table`);
  const rows = page.getByRole('row');
  await expect.poll(async () => (await rows.count()) - 1 - (await known()), PATIENT).toBe(0);
  const before = await rows.count();
  await rows.nth(1).click();
  const event = selectedEvent(page);
  const place = (await rows.nth(1).boundingBox())?.y;
  // Nothing is clicked from here on: another person sends the letter again, and the page hears of it.
  await replay(request, letter.event.id, 'another person replays');
  await expect.poll(() => rows.count(), PATIENT).toBeGreaterThan(before);
  expect(selectedEvent(page)).toBe(event);
  await expect(page.locator('main tr[aria-current=true]')).toHaveCount(1);
  await expect.poll(async () => (await rows.nth(1).boundingBox())?.y).toBe(place);
});

test('an event says what it holds: a tree that can be searched, the difference to the one before, a command', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  await open(page, `/traces/${trace.traceId}`);
  await page.getByRole('row').first().click();
  const panel = page.getByRole('complementary', { name: 'Selected event' });
  await expect(panel.getByText('Cause and effects')).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Copy as curl' })).toBeVisible();
  await panel.getByRole('tab', { name: 'Body' }).click();
  await panel.getByLabel('Search in the body').fill('id');
  await expect(panel.locator('mark').first()).toBeVisible();
  await panel.getByRole('tab', { name: 'Diff' }).click();
  await expect(panel.getByText(/What is different|first event about|carries no business key/).first()).toBeVisible();
});

test('exported, a trace opens again from its file, marked and apart', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  await open(page, `/traces/${trace.traceId}`);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const path = await (await saved).path();
  await open(page, '/traces/imported');
  await page.getByLabel('Trace file').setInputFiles({ name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
  await expect(page.locator('main').getByRole('alert')).toContainText('no trace of Eventyard');
  await page.getByLabel('Trace file').setInputFiles(path);
  await expect(page.getByText('It is in this tab only')).toBeVisible();
  await page.getByRole('row').first().click();
  await expect(page).toHaveURL(/event=imported/);
  await expect(page.getByRole('complementary', { name: 'Selected event' }).getByText('Identity')).toBeVisible();
});

test('two traces stand beside each other, step by step', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  await open(page, `/traces/${trace.traceId}`);
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.locator('main li button').first().click();
  await expect(page).toHaveURL(/a=.*&b=/);
  await expect(page.getByRole('table', { name: 'Both traces, step by step' }).getByRole('row').nth(1)).toBeVisible();
});

/** The same trace with very many events; a first part of it comes alone. */
async function aLongTrace(request: APIRequestContext) {
  const trace = await aTraceOverBothBrokers(request);
  const path = `/api/traces/${trace.traceId}`;
  const one = (await (await request.get(path)).json()) as { first: number; nodes: { event: Record<string, unknown> }[] };
  const [root] = one.nodes;
  const nodes = Array.from({ length: 10_000 }, (_, index) => ({
    ...root,
    parent: index === 0 ? null : 'event-0',
    depth: index === 0 ? 0 : 1,
    joinedBy: index === 0 ? 'root' : 'causation',
    event: {
      ...root?.event,
      id: `event-${index}`,
      inboxes: [],
      publishedAt: one.first + index * 1_001,
      observedAt: one.first + index * 1_001,
    },
  }));
  const long = { ...one, nodes, last: one.first + 10_010_000, cut: { shown: 10_000, of: 48_210, why: 'row-limit' }, story: undefined };
  const first = { ...long, nodes: nodes.slice(0, 300), cut: { shown: 300, of: 48_210, why: 'first-part' } };
  return { trace, path, long, first };
}

test('10,000 events in one trace: the first view comes, scrolls, and says what it left out', async ({ page, request }) => {
  const { trace, path, long, first } = await aLongTrace(request);
  const rest = new Map<string, () => void>();
  await page.route(`**${path}*`, async (route) => {
    const isFirst = new URL(route.request().url()).searchParams.has('first');
    if (!isFirst) await new Promise<void>((resolve) => void rest.set('come', resolve));
    await route.fulfill({ json: isFirst ? first : long }).catch(() => undefined);
  });
  const comesWhole = async (): Promise<void> => {
    // [T10] One reads already while the rest is gathered.
    await expect(page.getByText('The first 300 of 48,210 events; the rest is being read')).toBeVisible();
    rest.get('come')?.();
    await expect(page.getByText('Cut at 10,000 of 48,210')).toBeVisible();
  };
  for (const view of ['timeline', 'table', 'sequence']) {
    await open(page, `/traces/${trace.traceId}?view=${view}`);
    await comesWhole();
    const drawn = view === 'sequence' ? page.locator('[role=list] > [role=listitem]') : page.getByRole('row');
    await expect(drawn.nth(5)).toBeVisible();
    expect(await drawn.count()).toBeLessThan(200);
    await page.keyboard.press('j');
    await expect.poll(() => selectedEvent(page)).not.toBeNull();
  }
  // A link to an event of the rest finds it when it is there.
  await open(page, `/traces/${trace.traceId}?event=event-9000`);
  await comesWhole();
  await expect(page.locator('[role=row][aria-selected=true]')).toBeInViewport();
});

test('[T10] the rest of a long trace could not be read: it is said, and one tries again', async ({ page, request }) => {
  const { trace, path, long, first } = await aLongTrace(request);
  let isDown = true;
  await page.route(`**${path}*`, async (route) => {
    if (new URL(route.request().url()).searchParams.has('first')) return route.fulfill({ json: first });
    const error = { code: 'store-slow', text: 'The store did not answer in time.' };
    return isDown ? route.fulfill({ status: 503, json: { error } }) : route.fulfill({ json: long });
  });
  await open(page, `/traces/${trace.traceId}`);
  await expect(page.getByText(/^Only the first 300 of 48,210 events are here: the rest could not be read/)).toBeVisible();
  await expect(page.getByRole('row').nth(5)).toBeVisible();
  isDown = false;
  await page.getByRole('button', { name: 'Read the rest' }).click();
  await expect(page.getByText('Cut at 10,000 of 48,210')).toBeVisible();
});

test('[TG4] on a narrow screen the graph stays beside the panel of its event', async ({ page, request }) => {
  await page.setViewportSize({ width: 1024, height: 800 });
  const trace = await aTraceOverBothBrokers(request);
  await open(page, `/traces/${trace.traceId}?view=graph`);
  await expect(page.getByLabel('Nearer')).toBeVisible();
  await page.keyboard.press('j');
  const panel = page.getByRole('complementary', { name: 'Selected event' });
  await expect(panel).toBeVisible();
  const left = async (): Promise<number> => (await panel.boundingBox())?.x ?? 0;
  await expect
    .poll(async () => {
      const button = await page.getByLabel('Nearer').boundingBox();
      return button !== null && button.x + button.width <= (await left());
    })
    .toBe(true);
  await page.getByLabel('Nearer').click();
});

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in any view of a trace, ${theme}`, async ({ page, request }) => {
    test.setTimeout(900_000);
    await page.emulateMedia({ colorScheme: theme });
    const trace = await aTraceOverBothBrokers(request);
    const of = `/traces/${trace.traceId}`;
    const { nodes } = (await (await request.get(`/api${of}`)).json()) as { nodes: { event: { id: string } }[] };
    const event = encodeURIComponent(nodes.at(-1)?.event.id ?? '');
    for (const path of [
      `${of}?view=graph&event=${event}`,
      `${of}?view=timeline&event=${event}`,
      `${of}?view=sequence&event=${event}&tab=body`,
      `${of}?view=table&event=${event}&tab=diff`,
      `/traces/compare?a=${trace.traceId}&b=${trace.traceId}`,
      '/traces/imported',
    ]) {
      await open(page, path);
      await expect(page.locator('main').getByText(/\w/).first()).toBeVisible();
      await expect(page.locator('main [aria-busy=true]')).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(
          ({ id, nodes: found }) =>
            `${id}: ${found
              .slice(0, 3)
              .map((node) => node.html.slice(0, 200))
              .join(' | ')}`,
        ),
        `${path} ${theme}`,
      ).toEqual([]);
    }
  });
}
