import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createInProcessEngine } from '../../../server/brokers/in-process/engine';
import { readConfig } from '../../config';
import { openDatabase } from '../../kernel/db/database';
import { Outbox, OUTBOX_LIMIT } from '../../kernel/outbox/outbox';
import { openLocalWorld } from '../../local-world';
import { planOf } from '../../traffic/plan';
import { inProcessConnect } from '../../transport/in-process';

const PATIENCE = { timeout: 120_000, interval: 50 };
const form = (orderId: string) => ({ orderId, userId: 'usr-1', items: [{ productId: 'lamp', quantity: 2, unitPrice: 2_900 }] });

/** The order-service alone, on an in-process broker that can be taken away. */
async function service() {
  const data = mkdtempSync(join(tmpdir(), 'shop-'));
  const engine = createInProcessEngine();
  const world = await openLocalWorld({
    config: { ...readConfig({ flags: { http: { basePort: 0 }, timeFactor: 10, logLevel: 'silent' } }), data },
    plan: planOf(1, { orders: 1, mix: 'web' }),
    connect: inProcessConnect(engine),
    restartBroker: async () => {},
    only: [{ service: 'order-service', instance: 1 }],
  });
  onTestFinished(async () => {
    await world.close();
    rmSync(data, { recursive: true, force: true });
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${world.urlOf('order-service')}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const placed = (orderId: string) =>
    vi.waitFor(async () => {
      const { body } = await call('GET', `/orders/${orderId}/status?minVersion=2`);
      expect(body.version).toBeGreaterThanOrEqual(2);
      return body;
    }, PATIENCE);
  return { call, placed, engine, databasePath: world.databaseOf('order-service') };
}

describe('the order-service over HTTP', () => {
  it('answers 400 with the path of the fault, 404 for an unknown id', async () => {
    const { call } = await service();
    expect(await call('POST', '/orders', { ...form('a'), items: [{ productId: 'lamp', quantity: 0 }] })).toMatchObject({
      status: 400,
      body: { path: 'items.0.quantity' },
    });
    for (const path of ['/orders/none', '/orders/none/status', '/orders/none/events', '/carts/none'])
      expect((await call('GET', path)).status, path).toBe(404);
    expect((await call('POST', '/orders/none/cancel', {})).status).toBe(404);
  });

  it('[SS6] takes an order once, places it, and answers 409 to whoever has seen an older version', async () => {
    const { call, placed } = await service();
    expect(await call('POST', '/orders', form('a'))).toEqual({ status: 202, body: { orderId: 'a', version: 1 } });
    expect(await placed('a')).toMatchObject({ status: 'placed', version: 2, staleMs: 0, stale: false });
    expect((await call('POST', '/orders', form('a'))).body).toEqual({ orderId: 'a', version: 2 });
    expect(await call('POST', '/orders/a/cancel', { version: 1 })).toMatchObject({ status: 409, body: { version: 2 } });
    expect(await call('POST', '/orders/a/cancel', { reason: 'CHANGED_MIND', version: 2 })).toMatchObject({
      status: 202,
      body: { version: 3 },
    });
    expect((await call('GET', '/orders/a')).body).toMatchObject({ status: 'cancelled', reason: 'CHANGED_MIND', totalCents: 5_800 });
  });

  it('[SS3] says who did what and why, what was true at a moment, and what would be true without one event', async () => {
    const { call, placed } = await service();
    await call('POST', '/orders', form('a'));
    await placed('a');
    await call('POST', '/orders/a/cancel', {});
    const events = (await call('GET', '/orders/a/events')).body as unknown as readonly {
      type: string;
      by: string;
      reason: string;
      at: number;
    }[];
    expect(events.map(({ type, reason }) => `${type}: ${reason}`)).toEqual([
      'ORDER_CREATED: POST /orders',
      'ORDER_PLACED: order.process',
      'ORDER_CANCELLED: POST /orders/:id/cancel',
    ]);
    const before = new Date((events[0]?.at ?? 0) - 1).toISOString();
    const at = new Date(events[1]?.at ?? 0).toISOString();
    for (const path of ['/orders/a', '/orders/a/status']) {
      expect((await call('GET', `${path}?at=${before}`)).status, path).toBe(404);
      expect((await call('GET', `${path}?at=${at}`)).body, path).toMatchObject({ status: 'placed', version: 2 });
      expect(await call('GET', `${path}?at=noon`), path).toMatchObject({ status: 400, body: { path: 'at' } });
    }
    expect((await call('POST', '/what-if', { orderId: 'a', without: 3 })).body).toMatchObject({ status: 'placed', reason: null });
  });

  it('gives a version that does not come as stale, after half a second', async () => {
    const { call, placed } = await service();
    await call('POST', '/orders', form('a'));
    await placed('a');
    expect((await call('GET', '/orders/a/status?minVersion=9')).body).toMatchObject({ version: 2, stale: true });
  });

  it('[SS8] answers 503 once 10,000 events wait for a broker, and has taken nothing then', async () => {
    const { call, engine, databasePath } = await service();
    engine.stopBroker('queues', 'away');
    engine.stopBroker('logs', 'away');
    const database = openDatabase(databasePath);
    const outbox = new Outbox(database);
    const event = {
      type: 'order.created',
      version: '1.0.0',
      source: 'test',
      at: 1,
      key: 'k',
      data: {},
      correlationId: 'k',
      causationId: null,
      traceparent: null,
    };
    database.transaction((tx) => {
      for (let n = 0; n < OUTBOX_LIMIT; n += 1)
        outbox.add(tx, { ...event, id: String(n), channels: [{ broker: 'rabbitmq', channel: 'ecommerce.events' }] });
    });
    database.close();
    expect((await call('POST', '/orders', form('a'))).status).toBe(503);
    expect((await call('GET', '/orders/a')).status).toBe(404);
  });
});
