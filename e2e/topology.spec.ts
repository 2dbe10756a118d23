import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import type { TopologyEdge, TopologyNode, TopologyView } from '../lib/contract/topology';
import { open } from './given/demo';

const areas = ['orders', 'payments', 'stock', 'prices', 'search', 'billing', 'returns', 'fraud', 'loyalty', 'catalogue'];

/** A house with so many services, topics and groups; the rest of the answer is the real one. */
async function crowd(page: Page, chains: number): Promise<void> {
  const nodes: TopologyNode[] = [];
  const edges: TopologyEdge[] = [];
  for (let index = 0; index < chains; index += 1) {
    const area = areas[index % areas.length] ?? 'orders';
    const place = { broker: 'house', system: 'kafka', inProcess: false } as const;
    const service = (title: string, publishes: boolean): TopologyNode => ({
      id: `service:${title}`,
      kind: 'service',
      title,
      unknown: null,
      publishes,
      consumes: !publishes,
      members: 1,
    });
    const topic = `${area}.t${index}`;
    const inbox = `${topic}@${area}-g${index}`;
    nodes.push(
      service(`${area}-api-${index}`, true),
      {
        id: `channel:house/${topic}`,
        kind: 'channel',
        ...place,
        title: topic,
        channelKind: 'topic',
        partitions: 3,
        deadLetter: false,
        unreadable: null,
      },
      {
        id: `inbox:house/${inbox}`,
        kind: 'inbox',
        ...place,
        title: `${area}-g${index}`,
        inbox,
        inboxKind: 'group',
        deadLetter: false,
        deadLetterWhy: null,
      },
      service(`${area}-worker-${index}`, false),
    );
    const join = (kind: TopologyEdge['kind'], from: string, to: string): void =>
      void edges.push({
        id: `${kind}:${from}→${to}`,
        kind,
        from,
        to,
        broker: 'house',
        system: 'kafka',
        evidence: [{ kind: 'seen', text: '', at: null }],
        count: index,
      });
    join('publish', `service:${area}-api-${index}`, `channel:house/${topic}`);
    join('route', `channel:house/${topic}`, `inbox:house/${inbox}`);
    join('consume', `inbox:house/${inbox}`, `service:${area}-worker-${index}`);
  }
  const real = (await (await page.request.get('/api/topology')).json()) as TopologyView;
  const view: TopologyView = { ...real, nodes, edges, pulse: [{ at: real.at, events: 5, errors: 0 }] };
  await page.route(/\/api\/topology(\?.*)?$/, (route) => route.fulfill({ json: view }));
}

test('[Y9] 700 nodes are drawn as groups; a group opens in place, the link carries it, Back closes it', async ({ page }) => {
  await crowd(page, 175);
  await open(page, '/');
  await expect(page.getByText(/nodes in \d+ groups/)).toBeVisible();
  const group = page.getByRole('button', { name: /Open group orders-\*/ }).first();
  await group.click();
  await expect(page.getByRole('button', { name: 'Close group orders-*' }).first()).toBeVisible();
  await expect(page).toHaveURL(/open=group/);
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze();
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([]);
  await page.goBack();
  await expect(page.getByRole('button', { name: 'Close group orders-*' })).toHaveCount(0);
});

test('[Y9] 2,000 nodes: where to begin comes first, then what is near it', async ({ page }) => {
  await crowd(page, 500);
  await open(page, '/');
  await expect(page.getByText('2,000 nodes: choose where to begin.')).toBeVisible();
  await page.getByRole('button', { name: /-api-499/ }).click();
  await expect(page.getByText(/and what is within 2 steps: 3 of 2,000 nodes/)).toBeVisible();
  await page.getByRole('button', { name: 'One step more' }).click();
  await expect(page.getByText(/within 3 steps: 4 of/)).toBeVisible();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect(page.getByText('2,000 nodes: choose where to begin.')).toBeVisible();
});

test('[Y14] a node that was dragged stays where it was put, also after a reload, until everything is tidied up', async ({ page }) => {
  await open(page, '/');
  const node = page.locator('.react-flow__node').first();
  await expect(node).toBeVisible();
  const place = (): Promise<string> => node.evaluate((element) => (element as HTMLElement).style.transform);
  const before = await place();
  const box = await node.boundingBox();
  if (!box) throw new Error('the node has no box');
  await page.mouse.move(box.x + 30, box.y + 12);
  await page.mouse.down();
  await page.mouse.move(box.x + 90, box.y + 130, { steps: 6 });
  await page.mouse.up();
  await expect.poll(place).not.toBe(before);
  const after = await place();
  // Its column is what it is; only the height followed the hand.
  expect(after.split(',')[0]).toBe(before.split(',')[0]);
  await page.reload();
  await expect.poll(place).toBe(after);
  await page.getByRole('button', { name: /Tidy up/ }).click();
  await expect.poll(place).not.toBe(after);
});

test('who wants no motion sees no particle move', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, '/');
  await expect(page.locator('.react-flow__node').first()).toBeVisible();
  const drawn = (): Promise<number> =>
    page.locator('main canvas').evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const image = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, Math.max(1, width), Math.max(1, height));
      return image === undefined ? -1 : Array.from(image.data).filter((value) => value > 0).length;
    });
  for (let look = 0; look < 3; look += 1) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    expect(await drawn()).toBe(0);
  }
});
