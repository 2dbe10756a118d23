import { request as httpRequest } from 'node:http';
import { expect, test } from '@playwright/test';
import { answerUrl } from './given/demo';

/** A raw request, with whatever headers a hostile page or resolver would bring. */
function raw(path: string, options: { method?: string; headers?: Record<string, string> }): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      new URL(path, answerUrl()),
      { method: options.method ?? 'GET', headers: options.headers ?? {} },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    request.on('error', reject);
    request.end();
  });
}

test('a foreign Host is refused on every route', async () => {
  for (const path of ['/', '/api/session', '/healthz', '/metrics', '/live/?EIO=4&transport=websocket', '/_next/static/x.js']) {
    expect(await raw(path, { headers: { host: 'evil.example' } }), path).toBeGreaterThanOrEqual(400);
  }
});

test('an action without the token, or from another site, is refused', async ({ request }) => {
  expect(
    (await request.post('/api/replay', { data: { letters: ['x'], reason: 'no token' }, headers: { origin: answerUrl() } })).status(),
  ).toBe(403);
  const { csrf } = (await (await request.get('/api/session')).json()) as { csrf: string };
  const foreign = await request.post('/api/replay', {
    data: { letters: ['x'], reason: 'foreign' },
    headers: { origin: 'https://evil.example', 'x-eventyard-csrf': csrf },
  });
  expect(foreign.status()).toBe(403);
});

test('over-long and nonsensical questions get a clear answer', async ({ request }) => {
  const long = await request.get(`/api/traces?q=${'x'.repeat(20_000)}`);
  expect([400, 414, 431]).toContain(long.status());
  expect((await request.get('/api/traces?from=yesterday-ish')).status()).toBe(400);
  expect((await request.get('/api/traces/00000000000000000000000000000bad')).status()).toBe(404);
});

test('pages run under the policy: no script or style of ours is refused', async ({ page }) => {
  const refused: string[] = [];
  page.on('console', (message) => {
    if (/content security policy|hydrat/i.test(message.text())) refused.push(message.text());
  });
  for (const path of ['/', '/traces', '/lag', '/dead-letters', '/settings']) {
    const answer = await page.goto(path);
    expect(answer?.headers()['content-security-policy'], path).toContain("default-src 'self'");
    await expect(page.locator('main')).toBeVisible();
  }
  expect(refused).toEqual([]);
});

test('/readyz names each part, /metrics has both halves and no secret', async ({ request }) => {
  const ready = (await (await request.get('/readyz')).json()) as { parts: { name: string }[] };
  expect(ready.parts.map((part) => part.name)).toContain('store');
  const metrics = await (await request.get('/metrics')).text();
  expect(metrics).toContain('eventyard_collector_up 1');
  expect(metrics).not.toMatch(/password|amqp:\/\//i);
});
