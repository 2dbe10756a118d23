import { expect, test, type Page } from '@playwright/test';
import { aTraceOverBothBrokers, open } from './given/demo';

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
