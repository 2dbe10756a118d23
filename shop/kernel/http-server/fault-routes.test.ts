import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { faultsOf } from '../faults';
import { faultRoutes } from './fault-routes';

const planned = { ofOrder: () => [], lateQuote: () => false, abortEvery: 0 };

describe('faults over HTTP', () => {
  it('[SH12] a fault is switched from this machine, and only a fault that there is', async () => {
    const app = fastify();
    const faults = faultsOf(planned);
    faultRoutes(app, faults);
    const post = (payload: object, remoteAddress = '127.0.0.1') => app.inject({ method: 'POST', url: '/faults', payload, remoteAddress });
    expect((await post({ mailDown: true })).statusCode).toBe(204);
    expect(faults.mailDown()).toBe(true);
    expect((await post({ delays: { 'shipping.quote': 50 } })).statusCode).toBe(204);
    expect([faults.mailDown(), faults.delayMs('shipping.quote')]).toEqual([true, 50]);
    expect((await post({ mailDown: false }, '10.1.2.3')).statusCode).toBe(403);
    expect(faults.mailDown()).toBe(true);
    expect((await post({ moonDown: true })).statusCode).not.toBe(204);
    await app.close();
  });
});
