import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createHttpClient } from '../http-client/http-client';
import { createLog } from '../log';
import { createMetrics } from '../metrics';
import { conflict, notFound, tooMany, unavailable } from './http-errors';
import { openHttpServer, parse, type HttpServer } from './http-server';

const metrics = createMetrics();
const lines: string[] = [];
let server: HttpServer;
let asked = 0;

beforeAll(async () => {
  server = await openHttpServer({
    service: 'test',
    port: 0,
    metrics,
    log: createLog('test', 'info', { write: (line) => void lines.push(line) }),
    routes: (app) => {
      app.post('/orders', async ({ body }) => parse(z.object({ items: z.array(z.object({ quantity: z.number() })) }), body));
      app.get('/fails/:how', async ({ params }) => {
        const { how } = params as { how: string };
        if (how === 'unknown') throw notFound('order', '7');
        if (how === 'conflict') throw conflict('taken', { unavailableItems: ['lamp'] });
        if (how === 'fast') throw tooMany(2);
        if (how === 'full') throw unavailable('full');
        throw new Error('secret');
      });
      app.get('/long', async () => {
        asked++;
        return { text: 'a'.repeat(10_000) };
      });
    },
  });
});
afterAll(() => server.close());

describe('HTTP server', () => {
  it('[SH1] a bad body is answered with the path of the fault', async () => {
    const post = (body: string) => fetch(`${server.url}/orders`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    const bad = await post('{"items":[{"quantity":"two"}]}');
    expect([bad.status, await bad.json()]).toEqual([400, { error: expect.any(String) as string, path: 'items.0.quantity' }]);
    expect((await post('{"items":')).status).toBe(400);
    expect((await post(JSON.stringify('a'.repeat(1_100_000)))).status).toBe(413);
  });

  it('[SH1] each refusal has its status, and a failure tells nothing', async () => {
    const answers = await Promise.all(['unknown', 'conflict', 'fast', 'full', 'boom'].map((how) => fetch(`${server.url}/fails/${how}`)));
    expect(answers.map(({ status }) => status)).toEqual([404, 409, 429, 503, 500]);
    expect(answers[2]?.headers.get('retry-after')).toBe('2');
    expect(await answers[1]?.json()).toEqual({ error: 'taken', unavailableItems: ['lamp'] });
    expect(await answers[4]?.text()).not.toContain('secret');
    expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
  });

  it('[SH2] tells its health and its metrics', async () => {
    expect(await (await fetch(`${server.url}/health`)).json()).toEqual({ service: 'test', status: 'up' });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
      'http_requests_total{service="test",endpoint="/health",method="GET"} 1',
    );
  });

  it('[SH3] the client reads compressed answers, keeps cached ones, and sees a failing target as a fault', async () => {
    let now = 0;
    const client = createHttpClient({ find: () => server.url, metrics, clock: () => now, time: (ms) => ms / 1_000 });
    expect(await client.get('a', '/long', { cached: true })).toEqual({ status: 200, body: { text: 'a'.repeat(10_000) } });
    expect((await fetch(`${server.url}/long`, { headers: { 'accept-encoding': 'gzip, br' } })).headers.get('content-encoding')).toBe('br');
    const before = asked;
    await client.get('a', '/long', { cached: true });
    expect(asked).toBe(before);
    now += 301_000;
    await client.get('a', '/long', { cached: true });
    expect(asked).toBe(before + 1);
    expect((await client.get('a', '/fails/unknown')).status).toBe(404);
    await expect(client.get('b', '/fails/boom')).rejects.toMatchObject({ name: 'TargetFault' });
    await client.close();
  });

  it('[SP1] a stop answers what has begun, and breaks off what is not answered in its time', async () => {
    let begun = 0;
    let answer = (): void => {};
    const options = { service: 'test', port: 0, metrics: createMetrics(), log: createLog('test', 'silent'), drainMs: 200 };
    const stopping = await openHttpServer({
      ...options,
      routes: (app) => {
        app.get('/slow', async () => {
          begun += 1;
          await new Promise<void>((resolve) => (answer = resolve));
          return { done: true };
        });
        app.get('/never', () => ((begun += 1), new Promise(() => {})));
      },
    });
    const [slow, never] = [fetch(`${stopping.url}/slow`), fetch(`${stopping.url}/never`)];
    never.catch(() => {});
    await vi.waitFor(() => expect(begun).toBe(2), { timeout: 30_000 });
    const closed = stopping.close();
    answer();
    expect(await (await slow).json()).toEqual({ done: true });
    await closed;
    await expect(never).rejects.toThrow();
  });

  it('[SH5] a log line never carries a body or a key', () => {
    const log = createLog('test', 'info', { write: (line) => void lines.push(line) });
    log.info({ body: 'secret', message: { id: '7', body: 'secret', data: { email: 'secret' } }, event: { data: 'secret' } }, 'read');
    expect(lines.at(-1)).toContain('"id":"7"');
    expect(lines.at(-1)).not.toContain('secret');
    log.info({ config: { rate: 7, secrets: { mailGatewayKey: 'secret' } }, request: { headers: { authorization: 'secret' } } }, 'sent');
    expect(lines.at(-1)).toContain('"rate":7');
    expect(lines.at(-1)).not.toContain('"secret"');
  });
});
