import { expect, test, type Page } from '@playwright/test';
import type { TracesPage } from '../lib/contract/traces';
import { aRefusedMail, ask, aTraceOverBothBrokers, open, PATIENT } from './given/demo';

const line = (page: Page) => page.getByRole('combobox', { name: 'Search traces' });
const rows = (page: Page) => page.locator('main tbody tr[data-row]');

test('an order id that was pasted leads to its trace, whichever field it was in', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  const order = trace.businessKeys.find(({ name }) => name === 'order');
  expect(order, 'the trace is about an order').toBeDefined();
  await open(page, '/traces');
  await line(page).fill(order!.value);
  await page.keyboard.press('Enter');
  await expect(page.getByText(/^found in /)).toBeVisible();
  await rows(page).getByRole('link').first().click();
  await expect(page).toHaveURL(new RegExp(`/traces/${encodeURIComponent(trace.traceId)}`));
  await page.goBack();
  await expect(line(page)).toHaveValue(order!.value);
});

test('conditions are completed, found, in the address, and undone by Back', async ({ page }) => {
  await open(page, '/traces');
  // Keys are heard from when the page's script runs: rows come by it.
  await expect(page.getByRole('row').nth(1)).toBeVisible();
  await page.keyboard.press('/');
  await expect(line(page)).toBeFocused();
  await page.keyboard.type('status=dead');
  await page.getByRole('option', { name: /dead-lettered/ }).click();
  await expect(line(page)).toHaveValue('status=dead-lettered ');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/q=status/);
  await expect(rows(page).first()).toContainText('dead letter');
  await expect(rows(page).filter({ hasText: 'no failure seen' })).toHaveCount(0);
  const linked = page.url();
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(page).not.toHaveURL(/q=/);
  await page.goBack();
  await expect(line(page)).toHaveValue('status=dead-lettered');
  await page.goto(linked);
  await expect(rows(page).first()).toContainText('dead letter');
});

test('a facet is a condition of the line', async ({ page }) => {
  await open(page, '/traces');
  const services = page.getByRole('group', { name: /Service/ });
  const first = services.getByRole('checkbox').first();
  await first.check();
  await expect(line(page)).toHaveValue(/^service=/);
  await expect(services.getByRole('checkbox').first()).toBeChecked();
  await expect(rows(page).first()).toBeVisible();
});

test('what is not understood is said with its place, and nothing is lost', async ({ page }) => {
  await open(page, '/traces');
  await line(page).fill('service=web (type=a');
  await line(page).blur();
  await expect(page.locator('main').getByRole('alert')).toContainText('this bracket is not closed');
  await expect(page.getByRole('button', { name: 'Search', exact: true })).toBeDisabled();
  await line(page).fill('servce=web');
  await line(page).blur();
  await expect(page.locator('main').getByRole('alert')).toContainText('no field is called servce; perhaps service');
  await expect(line(page)).toHaveValue('servce=web');
});

test('a drag over the bars chooses their time', async ({ page }) => {
  await open(page, '/traces?q=status%3Dok');
  await expect(rows(page).first()).toBeVisible();
  const bars = page.getByRole('img', { name: /found events over time/i });
  const box = (await bars.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.99, box.y + box.height / 3, { steps: 8 });
  await page.mouse.up();
  await expect(page).toHaveURL(/from=.*to=/);
  await expect(rows(page).first()).toBeVisible();
});

test('a search is kept by a name', async ({ page }) => {
  await open(page, '/traces?q=status%3Ddead-lettered');
  await page.getByRole('button', { name: 'Saved searches' }).click();
  await page.getByLabel('Name of this search').fill('what died');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('button', { name: 'Saved searches' }).click();
  await page.getByRole('button', { name: /^what died/ }).click();
  await expect(line(page)).toHaveValue('status=dead-lettered');
});

test('[Q29] a click at a head orders everything that was found, page after page; the order is in the address', async ({
  page,
  request,
}) => {
  await aTraceOverBothBrokers(request);
  await open(page, '/traces');
  await page.getByRole('button', { name: 'Events', exact: true }).click();
  await expect(page).toHaveURL(/sort=-events/);
  await expect(page.getByText('most events first')).toBeVisible();
  const head = page.getByRole('columnheader', { name: 'Events' });
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  await expect(rows(page).first()).toBeVisible();
  const asked = await ask<TracesPage>(request, '/api/traces?from=-15m&sort=-events&limit=2');
  const more = await ask<TracesPage>(request, `/api/traces?from=-15m&sort=-events&limit=2&after=${encodeURIComponent(asked.next ?? '')}`);
  const ids = [...asked.traces, ...more.traces].map(({ traceId }) => traceId);
  expect(new Set(ids).size).toBe(4);
  expect(more.searched).toEqual(asked.searched);
  await page.getByRole('button', { name: /^Events/ }).click();
  await expect(page).toHaveURL(/sort=events/);
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  await page.goBack();
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  await page.getByRole('button', { name: 'Latest event first' }).click();
  await expect(page).not.toHaveURL(/sort=/);
});

test('[Q30] a condition of any field is put together beside the line', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  const order = trace.businessKeys.find(({ name }) => name === 'order')?.value ?? '';
  await open(page, '/traces?from=-60m');
  await page.getByText('Add a condition').click();
  await page.getByLabel('Field').selectOption({ label: 'business key' });
  await page.getByLabel('Its name').fill('order');
  await page.getByLabel('Value').fill(order);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(line(page)).toHaveValue(`key.order=${order}`);
  await page.getByLabel('Field').selectOption({ label: 'number of events' });
  await page.getByLabel('Value').fill('many');
  await expect(page.getByRole('button', { name: 'Add', exact: true })).toBeDisabled();
  await page.getByLabel('Value').fill('1');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(line(page)).toHaveValue(`key.order=${order} AND events>1`);
  await expect(rows(page).first()).toBeVisible();
});

test('from an order id that was pasted to its stuck event in three clicks', async ({ page, request }) => {
  const letter = await aRefusedMail(request);
  const order = letter.event.businessKeys.find(({ name }) => name === 'order')?.value ?? letter.event.correlationId ?? '';
  expect(order).not.toBe('');
  await open(page, '/traces');
  await line(page).fill(order);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await expect(page.getByText(/^found in /)).toBeVisible();
  await rows(page).filter({ hasText: 'dead letter' }).first().getByRole('link').click();
  await page.getByRole('button', { name: /^\d+ dead letters?$/ }).click();
  await expect(page).toHaveURL(/event=/);
  await expect(page.getByRole('complementary', { name: 'Selected event' }).getByText('Undeliverable').first()).toBeVisible();
});

const firstId = (page: Page) => rows(page).first().getAttribute('data-row');
const listed = async (page: Page) => Number.parseInt(((await page.getByText(/^[\d,]+ traces?$/).textContent()) ?? '').replace(',', ''), 10);

test('[Q26] the list follows on demand: it grows on top, waits while one reads, keeps what is there when it ends, and comes back with Back', async ({
  page,
}) => {
  await open(page, '/traces');
  await expect(rows(page).first()).toBeVisible();
  await page.getByRole('button', { name: 'Follow', exact: true }).click();
  await expect(page).toHaveURL(/follow=1/);
  const before = await firstId(page);
  await expect.poll(() => firstId(page), PATIENT).not.toBe(before);

  // Somebody points at a row: nothing moves, what comes is counted.
  await rows(page).nth(1).hover();
  await expect(page.getByRole('button', { name: /new, held while you read$/ })).toBeVisible();
  const held = await firstId(page);
  const place = (await rows(page).first().boundingBox())?.y;
  const waiting = page.getByRole('button', { name: /new, held while you read$/ });
  const counted = Number.parseInt((await waiting.textContent()) ?? '', 10);
  await expect.poll(async () => Number.parseInt((await waiting.textContent()) ?? '', 10), PATIENT).toBeGreaterThan(counted);
  expect(await firstId(page)).toBe(held);
  expect((await rows(page).first().boundingBox())?.y).toBe(place);
  await waiting.click();
  await expect.poll(() => firstId(page), PATIENT).not.toBe(held);

  // Into a trace and back: it goes on following, and what came is still there.
  const there = await listed(page);
  await rows(page).first().getByRole('link').click();
  await expect(page).toHaveURL(/\/traces\/.+/);
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Following' })).toBeVisible();
  expect(await listed(page)).toBeGreaterThanOrEqual(there);

  // It ends: the rows stay, and what comes is counted again.
  await page.getByRole('button', { name: 'Following' }).click();
  await expect(page).not.toHaveURL(/follow=/);
  const [last, kept] = [await firstId(page), await listed(page)];
  expect(kept).toBeGreaterThanOrEqual(there);
  await expect(page.getByRole('button', { name: /^\d+ (or more )?new$/ })).toBeVisible();
  expect(await firstId(page)).toBe(last);
  expect(await listed(page)).toBe(kept);
});

test('[Q26] it follows a search too, and an order by a column ends it', async ({ page }) => {
  await open(page, '/traces?q=type%3DORDER_CREATED&follow=1');
  await expect(page.getByRole('button', { name: 'Following' })).toBeVisible();
  await expect(rows(page).first()).toBeVisible();
  const before = await firstId(page);
  await expect.poll(() => firstId(page), PATIENT).not.toBe(before);
  await page.getByRole('button', { name: 'Duration', exact: true }).click();
  await expect(page).toHaveURL(/sort=-duration/);
  await expect(page.getByRole('button', { name: /^Follow/ })).toHaveCount(0);
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Following' })).toBeVisible();
  await expect(line(page)).toHaveValue('type=ORDER_CREATED');
});

test('[Q26] what a list that follows left out is said, and can be read', async ({ page }) => {
  let asked = 0;
  // From the second look on nothing of the page before is on the newest one.
  await page.route('**/api/traces?*', async (route) => {
    const answer = await route.fetch();
    const json = (await answer.json()) as TracesPage;
    asked += 1;
    const look = asked;
    const traces = json.traces.map((trace) => ({ ...trace, traceId: `${trace.traceId}-${look}`, last: trace.last + look }));
    await route.fulfill({ json: { ...json, traces, next: 'further' } });
  });
  await open(page, '/traces?follow=1');
  await expect(page.getByText(/some of these traces are left out/)).toBeVisible();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.getByRole('button', { name: 'Read them all' }).click();
  await expect(page.getByText(/some of these traces are left out/)).toHaveCount(0);
  await expect(rows(page).first()).toBeVisible();
});

for (const [sort, words] of [
  ['', /^Only .+ to .+ was searched: what is older/],
  ['&sort=-duration', /^Only what was found from .+ to .+ stands in this order/],
] as const) {
  test(`[Q24] [Q29] a search that its budget ended says which part was searched, and goes on before it${sort && ', in an order too'}`, async ({
    page,
  }) => {
    let from = 0;
    await page.route('**/api/traces?*', async (route) => {
      const json = (await (await route.fetch()).json()) as TracesPage;
      const to = json.searched?.to ?? 0;
      from ||= Math.floor(to / 1_000) * 1_000 - 149_999_999;
      await route.fulfill({
        json: { ...json, traces: [], next: null, cut: { shown: 0, of: null, why: 'scan-limit' }, searched: { from, to } },
      });
    });
    await open(page, `/traces?q=type%3DORDER_CREATED${sort}`);
    await expect(page.getByText('Nothing was found in the part that was searched')).toBeVisible();
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByRole('img', { name: /its older part was not searched$/ })).toBeVisible();
    await page.getByRole('button', { name: 'Search the time before' }).click();
    await expect(page).toHaveURL(new RegExp(`to=${from}`));
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });
}
