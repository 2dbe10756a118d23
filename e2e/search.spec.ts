import { expect, test, type Page } from '@playwright/test';
import type { TracesPage } from '../lib/contract/traces';
import { aRefusedMail, ask, aTraceOverBothBrokers, open } from './given/demo';

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
  await page.getByRole('button', { name: 'Newest first' }).click();
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
