import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { load, stateAt } from '../../kernel/event-store/repository';
import { notFound } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import type { State } from '../../kernel/unit-of-work/open-state';
import { Stock } from './domain/stock';
import type { Prices } from './prices';

const Moment = z.object({ at: z.iso.datetime({ offset: true }).optional() });
const Wanted = z.object({ items: z.array(z.object({ productId: z.string().min(1), quantity: z.number().int().positive() })).min(1) });
/** Cents. */
const Price = z.object({ productId: z.string().min(1), price: z.number().int().positive() });

export function inventoryRoutes(app: FastifyInstance, state: State, prices: Prices): void {
  app.get('/stock/:sku', async (request: FastifyRequest<{ Params: { sku: string } }>) => {
    const { sku } = request.params;
    const { at } = parse(Moment, request.query);
    const { state: stock, version } =
      at === undefined ? load(state.store, Stock.type, sku) : stateAt(state.store, Stock.type, sku, Date.parse(at));
    if (version === 0) throw notFound('product', sku);
    return { sku, version, ...stock, price: prices.get(sku) };
  });

  /** For who can't wait for the reservation: what of it could not be had now. */
  app.post('/availability', async (request) => {
    const { items } = parse(Wanted, request.body);
    const unavailableItems = items.filter(({ productId, quantity }) => !load(state.store, Stock.type, productId).has(quantity));
    return { unavailableItems: unavailableItems.map(({ productId }) => productId) };
  });

  app.post('/prices', async (request, reply) => {
    const { productId, price } = parse(Price, request.body);
    await prices.change(productId, price);
    return reply.code(202).send({ productId, price });
  });
}
