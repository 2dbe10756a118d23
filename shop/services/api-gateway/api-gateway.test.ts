import { afterEach, describe, expect, it } from 'vitest';
import { CallRefused, TargetFault } from '../../kernel/http-client/guard';
import type { HttpAnswer, HttpClient } from '../../kernel/http-client/http-client';
import { openHttpServer, type HttpServer } from '../../kernel/http-server/http-server';
import { createLog } from '../../kernel/log';
import { createMetrics } from '../../kernel/metrics';
import { NotConnected } from '../../kernel/publisher';
import { RequestTimeout } from '../../kernel/request-reply';
import { legacyCheckout } from './legacy-checkout';
import { limitRequests } from './limits';
import { orderRoutes } from './order-routes';
import { quoteRoutes } from './quotes';
import { shopRoutes } from './shop-routes';

const ITEMS = [{ productId: 'lamp', quantity: 1, unitPrice: 2_900 }];
const servers: HttpServer[] = [];
afterEach(async () => void (await Promise.all(servers.splice(0).map((server) => server.close()))));

type Answers = (target: string, path: string) => HttpAnswer;

/** A gateway whose calls are answered by `answers`; what it called and told is written down. */
async function given(answers: Answers, { share = 0, noQuote = new RequestTimeout('late') as Error } = {}) {
  const calls: string[] = [];
  const told: string[] = [];
  const call = async (target: string, path: string): Promise<HttpAnswer> => {
    calls.push(`${target} ${path}`);
    return answers(target, path);
  };
  const client: HttpClient = { get: call, post: call, state: () => 'closed', close: async () => {} };
  const prices = { all: () => ({ heard: 0, prices: {} }), stop: async () => {}, crash: () => {} };
  const tell = (type: string): void => void told.push(type);
  const server = await openHttpServer({
    service: 'api-gateway',
    port: 0,
    metrics: createMetrics(),
    log: createLog('api-gateway', 'silent'),
    routes: (app) => {
      // No test lasts so long that a second window would begin.
      limitRequests(app, 3_600);
      orderRoutes(app, client, tell);
      shopRoutes(app, client, tell, prices);
      legacyCheckout(app, { client, share, time: () => 0 });
      quoteRoutes(app, { service: 'api-gateway', clock: () => 1, request: () => Promise.reject(noQuote) });
    },
  });
  servers.push(server);
  const ask = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
      retryAfter: response.headers.get('retry-after'),
    };
  };
  return { ask, calls, told };
}

describe('the gateway', () => {
  it('[SH1] a bad order is 400 with the path, and nobody is called', async () => {
    const { ask, calls } = await given(() => ({ status: 200, body: {} }));
    expect(await ask('POST', '/orders', { userId: 'u', items: [{ productId: 'lamp', quantity: 0 }] })).toMatchObject({
      status: 400,
      body: { path: 'items.0.quantity' },
    });
    expect(calls).toEqual([]);
  });

  it('takes an order with the answer of the order-service, and says that somebody bought', async () => {
    const { ask, told } = await given(() => ({ status: 202, body: { orderId: 'o', version: 1 } }));
    expect(await ask('POST', '/orders', { orderId: 'o', userId: 'u', items: ITEMS })).toMatchObject({
      status: 202,
      body: { orderId: 'o', version: 1 },
    });
    expect(told).toEqual(['purchase.made']);
  });

  it('[SH6] reads from the read models, and a state of the past from the order-service', async () => {
    const { ask, calls } = await given(() => ({ status: 200, body: {} }));
    await ask('GET', '/orders/o?minVersion=3');
    await ask('GET', '/orders/o?at=2026-01-01T00:00:00Z');
    expect(calls).toEqual(['query-service /orders/o?minVersion=3', 'order-service /orders/o?at=2026-01-01T00:00:00Z']);
  });

  it('[SH1] [SH3] full or open is 503 with Retry-After and the reason, away is 503, too fast is 429, late is 504', async () => {
    const { ask } = await given((target) => {
      if (target === 'user-service') throw new CallRefused(target, 'bulkhead-full');
      if (target === 'order-service') throw new CallRefused(target, 'circuit-open', 9_000);
      throw target === 'inventory-service' ? new CallRefused(target, 'rate-limited', 2_000) : new TargetFault('away');
    });
    expect(await ask('POST', '/users', {})).toMatchObject({ status: 503, retryAfter: '1', body: { reason: 'bulkhead-full' } });
    expect(await ask('GET', '/orders/o/status')).toMatchObject({ status: 503, retryAfter: '9', body: { reason: 'circuit-open' } });
    expect(await ask('GET', '/stock/lamp')).toMatchObject({ status: 429, retryAfter: '2' });
    expect(await ask('GET', '/orders/o')).toMatchObject({ status: 503 });
    expect(await ask('POST', '/quotes', { quoteId: 'q', country: 'EX', weightGrams: 5 })).toMatchObject({
      status: 504,
      body: { quoteId: 'q' },
    });
  });

  it('[SH1] a quote while the broker is away is 503', async () => {
    const { ask } = await given(() => ({ status: 200, body: {} }), { noQuote: new NotConnected('rabbitmq is away') });
    expect(await ask('POST', '/quotes', { country: 'EX', weightGrams: 5 })).toMatchObject({ status: 503, retryAfter: '1' });
  });

  it('[SH1] of 250 questions for stock at once 50 are too many', async () => {
    const { ask } = await given(() => ({ status: 200, body: {} }));
    const answers = await Promise.all(Array.from({ length: 250 }, () => ask('GET', '/stock/lamp')));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(50);
  });

  it('[SH8] the old checkout fails with the least of its services; the new one calls none of them', async () => {
    const away: Answers = (target) => {
      if (target === 'notification-service') throw new TargetFault('away');
      return { status: 202, body: {} };
    };
    const checkout = { orderId: 'o', userId: 'u', items: ITEMS };
    const old = await given(away);
    expect(await old.ask('POST', '/legacy/checkout', checkout)).toMatchObject({ status: 503 });
    expect(old.calls.map((call) => call.split(' ')[0])).toEqual(['inventory-service', 'payment-service', 'notification-service']);
    const strangled = await given(away, { share: 1 });
    expect(await strangled.ask('POST', '/legacy/checkout', checkout)).toMatchObject({ status: 202 });
    expect(strangled.calls).toEqual(['order-service /orders']);
  });
});
