import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { QueryBus } from '../../kernel/buses/query-bus';
import { conflict, notFound } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import type { OrderQueries, VersionWaiters } from './order-queries';
import type { Projector } from './projector';
import type { Summaries } from './summaries';

export interface QueryRoutesParts {
  readonly queries: QueryBus<OrderQueries>;
  readonly waiters: VersionWaiters;
  readonly summaries: Summaries;
  readonly projectors: Readonly<Record<'orders' | 'customers' | 'sales', Projector>>;
  readonly time: (ms: number) => number;
}

/** So long an answer waits for a version that its asker has seen elsewhere. */
const MIN_VERSION_WAIT_MS = 500;
const Time = z.union([z.coerce.number(), z.iso.datetime().transform((text) => Date.parse(text))]);

export function queryRoutes(app: FastifyInstance, parts: QueryRoutesParts): void {
  const { queries, waiters, summaries, projectors, time } = parts;

  app.get('/orders/:orderId', async ({ params, query }) => {
    const { orderId } = parse(z.object({ orderId: z.string() }), params);
    const { minVersion = 0 } = parse(z.object({ minVersion: z.coerce.number().int().nonnegative().optional() }), query);
    const isFresh = (): boolean => (queries.ask('order', { orderId })?.version ?? 0) >= minVersion;
    if (!isFresh()) await waiters.until(orderId, minVersion, time(MIN_VERSION_WAIT_MS));
    const order = queries.ask('order', { orderId });
    if (order === null) throw notFound('order', orderId);
    return { ...order, staleMs: projectors.orders.staleMs(), ...(order.version < minVersion ? { stale: true } : {}) };
  });
  app.get('/orders/:orderId/summary', async ({ params }) => {
    const { orderId } = parse(z.object({ orderId: z.string() }), params);
    const summary = summaries.of(orderId);
    if (summary === null) throw notFound('summary of order', orderId);
    return summary;
  });
  app.get('/customers/:userId/orders', async ({ params }) => {
    const { userId } = parse(z.object({ userId: z.string() }), params);
    const orders = queries.ask('customer', { userId });
    return { orders, version: Math.max(0, ...orders.map(({ version }) => version)), staleMs: projectors.customers.staleMs() };
  });
  app.get('/sales', async ({ query }) => {
    const { from, to } = parse(z.object({ from: Time.default(0), to: Time.default(Number.MAX_SAFE_INTEGER) }), query);
    return { hours: queries.ask('sales', { from, to }), staleMs: projectors.sales.staleMs() };
  });

  const rebuilding = new Set<string>();
  app.post('/projections/:name/rebuild', async ({ params }) => {
    const { name } = parse(z.object({ name: z.string() }), params);
    const projector = Object.values(projectors).find(({ projection }) => projection.name === name);
    if (projector === undefined) throw notFound('projection', name);
    if (rebuilding.has(name)) throw conflict(`${name} is being rebuilt`);
    rebuilding.add(name);
    try {
      return { projection: name, ...(await projector.rebuild()) };
    } finally {
      rebuilding.delete(name);
    }
  });
}
