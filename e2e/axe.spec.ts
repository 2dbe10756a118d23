import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { aStuckSaga, aTraceOverBothBrokers, open } from './given/demo';

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious on any screen, ${theme}`, async ({ page, request }) => {
    test.setTimeout(1_200_000);
    await page.emulateMedia({ colorScheme: theme });
    const [trace, saga] = [await aTraceOverBothBrokers(request), await aStuckSaga(request)];
    const paths = [
      '/',
      '/?view=table',
      '/traces',
      `/traces/${trace.traceId}`,
      '/sagas',
      `/sagas/${saga.definition}/${encodeURIComponent(saga.key)}`,
      '/lag',
      '/queues',
      '/dead-letters?from=-60m',
      '/settings',
    ];
    for (const path of paths) {
      await open(page, path);
      await expect(page.locator('main').getByText(/\w/).first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(
          ({ id, nodes }) =>
            `${id}: ${nodes
              .slice(0, 3)
              .map((node) => node.html.slice(0, 160))
              .join(' | ')}`,
        ),
        `${path} ${theme}`,
      ).toEqual([]);
    }
  });
}
