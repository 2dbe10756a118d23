import { expect, test } from '@playwright/test';
import { aStuckSaga, aTraceOverBothBrokers, open } from './given/demo';

test('the topology shows who talks to whom, live, with evidence and an unknown producer said', async ({ page }) => {
  await open(page, '/');
  const picture = page.locator('main');
  for (const name of ['order-service', 'order-events', 'ecommerce.events', 'notification-email', 'payment-service']) {
    await expect(picture.getByText(name, { exact: true }).first(), name).toBeVisible();
  }
  await expect(picture.getByText(/unknown producer/i).first()).toBeVisible();
  // Live: the rates beside the lines are numbers of this moment.
  await expect(picture.getByText(/\d+(\.\d+)?\s*\/s/).first()).toBeVisible();
});

test('a node opens its panel; the link carries it, Back undoes it', async ({ page }) => {
  await open(page, '/?view=table');
  await page.getByText('order-service', { exact: true }).first().click();
  await expect(page).toHaveURL(/sel=/);
  const linked = page.url();
  await page.goBack();
  await expect(page).not.toHaveURL(/sel=/);
  await page.goto(linked);
  await expect(page.getByRole('complementary').or(page.getByRole('dialog')).getByText('order-service').first()).toBeVisible();
});

test('one transaction over both brokers is one trace: timeline, table, one event whole', async ({ page, request }) => {
  const trace = await aTraceOverBothBrokers(request);
  // The table draws every row of it; the timeline only those in sight.
  await open(page, `/traces/${trace.traceId}?view=table`);
  const main = page.locator('main');
  await expect(main.getByText('order.placed').first()).toBeVisible();
  await expect(main.getByText('payment.completed').or(main.getByText('payment.failed')).first()).toBeVisible();
  await expect(main.getByText('order-events').first()).toBeVisible();
  await main.getByText('order.placed').first().click();
  await expect(page).toHaveURL(/event=/);
  await page.getByRole('tab', { name: /headers/i }).click();
  await expect(page.getByText('traceparent').first()).toBeVisible();
  await page.getByRole('tab', { name: /body/i }).click();
  await expect(page.getByText(/orderId/).first()).toBeVisible();
  await page.getByRole('tab', { name: /why/i }).click();
  await expect(page.getByText(/traceparent/i).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await expect(page).not.toHaveURL(/view=table/);
  await expect(page).toHaveURL(/event=/);
  await expect(main.getByText('order-log').or(main.getByText('ecommerce.events')).first()).toBeVisible();
});

test('a trace id that nobody has seen is said, with what to do', async ({ page }) => {
  await open(page, '/traces/00000000000000000000000000000bad');
  await expect(page.locator('main').getByRole('heading', { level: 1 })).toBeVisible();
  await expect(
    page
      .locator('main')
      .getByText(/not|never/i)
      .first(),
  ).toBeVisible();
  await expect(page.locator('main').getByRole('link').first()).toBeVisible();
});

test('a stuck saga comes first, and says which step is overdue', async ({ page, request }) => {
  const saga = await aStuckSaga(request);
  await open(page, '/sagas');
  await expect(page.locator('main').getByText('order-fulfilment').first()).toBeVisible();
  await expect(page.locator('main').getByText(/stuck/i).first()).toBeVisible();
  await open(page, `/sagas/${saga.definition}/${encodeURIComponent(saga.key)}`);
  await expect(page.locator('main').getByText('dispatch parcel').first()).toBeVisible();
  await expect(
    page
      .locator('main')
      .getByText(/overdue/i)
      .first(),
  ).toBeVisible();
});

test('a group stands beside its lag, and its chart is drawn', async ({ page }) => {
  await open(page, '/lag');
  await page.locator('main').getByText('inventory-service', { exact: true }).first().click();
  await expect(page.locator('.recharts-surface').first()).toBeVisible();
});

test('queues show what waits and who takes it, with a chart', async ({ page }) => {
  await open(page, '/queues');
  await page.locator('main').getByText('notification-email', { exact: true }).first().click();
  await expect(page.locator('.recharts-surface').first()).toBeVisible();
  await expect(page.getByText('notification-service').first()).toBeVisible();
});

test('settings say what each tap sees and misses', async ({ page }) => {
  await open(page, '/settings');
  await expect(page.locator('main').getByText('orders-kafka').first()).toBeVisible();
  await expect(
    page
      .locator('main')
      .getByText(/default exchange/i)
      .first(),
  ).toBeVisible();
});

test('keys: G then D goes to the dead letters, Ctrl K finds a service, Shift D turns the lights', async ({ page }) => {
  await open(page, '/lag');
  await expect(page.locator('main').getByText('inventory-service', { exact: true }).first()).toBeVisible();
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await expect(page).toHaveURL(/\/dead-letters/);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: /find/i }).fill('payment-service');
  await expect(page.getByRole('option', { name: /payment-service/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  const before = await page.locator('html').getAttribute('data-theme');
  await page.keyboard.press('Shift+D');
  await expect(page.locator('html')).not.toHaveAttribute('data-theme', before ?? '');
});
