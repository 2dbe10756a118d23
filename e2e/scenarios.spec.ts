import { expect, test, type APIRequestContext, type Page } from '@playwright/test';
import type { DeadLettersView } from '../lib/contract/dead-letters';
import type { DemoView } from '../lib/contract/demo';
import type { SagasView } from '../lib/contract/sagas';
import { ask, open, PATIENT, scenario } from './given/demo';

/** Chooses a story in the strip over the screens, as a person does. */
async function play(page: Page, name: string): Promise<void> {
  const strip = page.getByRole('form', { name: 'The demo shop' });
  await strip.getByRole('combobox', { name: /the shop plays/i }).selectOption(name);
  await strip.getByRole('button', { name: /^Play/ }).click();
}

/** The story is through, and everything was counted as planned. */
async function isOver(page: Page, request: APIRequestContext, name: string): Promise<void> {
  await expect
    .poll(async () => {
      const view = await ask<DemoView>(request, '/api/demo/scenario');
      return [view.scenario, view.state, ...view.differences];
    }, PATIENT)
    .toEqual([name, 'over']);
  await expect(page.getByRole('form', { name: 'The demo shop' }).getByRole('status')).toContainText('all as planned');
}

const fulfilment = async (request: APIRequestContext) => {
  const { definitions, instances } = await ask<SagasView>(request, '/api/sagas');
  const counts = definitions.find(({ definition }) => definition.name === 'order-fulfilment')?.counts;
  return { counts, instances: instances.filter(({ definition }) => definition === 'order-fulfilment') };
};

test.describe('stories of the shop', () => {
  test.describe.configure({ timeout: 600_000 });
  test.afterAll(async ({ request }) => scenario(request, 'mixed'));

  test('payment-failure: ten declined cards are ten sagas whose steps were undone', async ({ page, request }) => {
    const before = (await fulfilment(request)).counts?.compensated ?? 0;
    await open(page, '/sagas');
    await play(page, 'payment-failure');
    await isOver(page, request, 'payment-failure');
    await expect.poll(async () => ((await fulfilment(request)).counts?.compensated ?? 0) - before, PATIENT).toBeGreaterThanOrEqual(10);
    const undone = (await fulfilment(request)).instances.find((saga) => saga.state === 'compensated');
    expect(undone, 'a compensated saga').toBeDefined();
    await open(page, `/sagas/order-fulfilment/${encodeURIComponent(undone?.key ?? '')}`);
    const main = page.locator('main');
    await expect(main.getByText('payment.failed').first()).toBeVisible();
    await expect(main.getByText('inventory.released').first()).toBeVisible();
  });

  test('stuck-saga: three orders wait for their parcel, overdue', async ({ page, request }) => {
    await open(page, '/sagas');
    await play(page, 'stuck-saga');
    await isOver(page, request, 'stuck-saga');
    await expect
      .poll(
        async () =>
          (await fulfilment(request)).instances.filter(({ state, waitingFor }) => state === 'stuck' && waitingFor === 'dispatch parcel')
            .length,
        PATIENT,
      )
      .toBeGreaterThanOrEqual(3);
    await expect(page.locator('main').getByText(/stuck/i).first()).toBeVisible();
    await expect(page.locator('main').getByText('dispatch parcel').first()).toBeVisible();
  });

  test('poison-message: each cause is a group of its own', async ({ page, request }) => {
    await open(page, '/dead-letters?from=-60m');
    await play(page, 'poison-message');
    await isOver(page, request, 'poison-message');
    const causes = async (): Promise<string> =>
      (await ask<DeadLettersView>(request, '/api/dead-letters?from=-60m')).groups.map(({ cause }) => cause).join(' ');
    for (const cause of ['rejected', 'UnknownSchema', 'Undeliverable', 'delivery_limit'])
      await expect.poll(causes, PATIENT).toContain(cause);
    await open(page, '/dead-letters?from=-60m');
    await expect(page.locator('main').getByText('UnknownSchema').first()).toBeVisible();
  });

  test('slow-consumer: a group falls behind, then has caught up', async ({ page, request }) => {
    await open(page, '/lag');
    await play(page, 'slow-consumer');
    const row = page
      .locator('main')
      .getByRole('row')
      .filter({ hasText: /^inventory-serviceorder-events/ });
    await expect(row.first()).toContainText(/falling behind/i);
    await isOver(page, request, 'slow-consumer');
    await expect(row.first()).toContainText(/caught up/i);
  });

  test('outage-and-recover: a queue fills while nobody takes from it, and empties', async ({ page, request }) => {
    await open(page, '/queues');
    await play(page, 'outage-and-recover');
    const row = page
      .locator('main')
      .getByRole('row')
      .filter({ hasText: 'notification-email', hasNotText: /dlq|retry/ });
    await expect(row.first()).toContainText(/no consumers/i);
    await isOver(page, request, 'outage-and-recover');
    await expect(row.first()).not.toContainText(/no consumers/i);
  });
});
