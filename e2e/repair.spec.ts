import { expect, test } from '@playwright/test';
import { aRefusedMail, open, scenario } from './given/demo';

test('one dead letter is replayed: previewed, confirmed with a reason, sent, taken from its queue, on record', async ({
  page,
  request,
}) => {
  test.setTimeout(600_000);
  const letter = await aRefusedMail(request, Date.now() * 1_000);
  await scenario(request, 'happy-path');
  try {
    await open(page, `/dead-letters/replay?letter=${encodeURIComponent(letter.event.id)}`);
    await expect(page.getByRole('cell').filter({ hasText: 'notification-email' }).first()).toBeVisible();
    await page.getByRole('textbox').last().fill('the mail server is back');
    await page.getByRole('button', { name: /replay 1 in demo/i }).click();
    await expect
      .poll(async () => {
        const answer = await request.get(`/api/dead-letters/${encodeURIComponent(letter.event.id)}`);
        return ((await answer.json()) as { letter: { state: string } }).letter.state;
      })
      .toBe('replayed');
    await expect(
      page
        .locator('main')
        .getByText(/replayed/i)
        .first(),
    ).toBeVisible();
  } finally {
    await scenario(request, 'mixed');
  }
});

test('dead letters stand grouped by cause; a letter opens beside, and the link carries it', async ({ page, request }) => {
  await aRefusedMail(request);
  await open(page, '/dead-letters?from=-60m');
  await page.locator('main').getByText('Undeliverable').first().click();
  await expect(page).toHaveURL(/group=|cause=/);
  await expect(
    page
      .locator('main')
      .getByText(/customer\.notification\.requested/)
      .first(),
  ).toBeVisible();
});
