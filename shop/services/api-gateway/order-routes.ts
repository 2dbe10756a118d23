import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpClient } from '../../kernel/http-client/http-client';
import { parse } from '../../kernel/http-server/http-server';
import type { TellActivity } from './activity';
import { forward, reached } from './forward';

const Id = z.string().min(1).max(100);
export const Items = z
  .array(
    z.object({ productId: Id, quantity: z.number().int().positive().max(1_000), unitPrice: z.number().int().nonnegative().optional() }),
  )
  .min(1)
  .max(100);
const OrderForm = z.object({
  /** Chosen by the caller, who may then ask twice: it is one order. */
  orderId: Id.optional(),
  userId: Id,
  channel: z.enum(['web', 'pos']).default('web'),
  fulfilment: z.enum(['choreography', 'orchestration']).default('choreography'),
  items: Items,
  currency: z.string().length(3).default('EUR'),
  /** Stock and card are asked while the customer waits: 409 with what is not there, 402 when the card is declined. */
  express: z.boolean().default(false),
  /** Version in which others are told that it was placed. */
  placedVersion: z.enum(['1.0.0', '1.1.0', '2.0.0']).optional(),
});
const OfOrder = z.object({ orderId: Id });

/** Writing goes to the order-service, reading to the read models; a state of the past is the order-service's own. */
export function orderRoutes(app: FastifyInstance, client: HttpClient, tell: TellActivity): void {
  app.post('/orders', async ({ body }, reply) => {
    const form = parse(OrderForm, body);
    const order = { ...form, orderId: form.orderId ?? randomUUID() };
    const answer = await reached(client.post('order-service', '/orders', order, { idempotent: true }));
    if (answer.status < 300) tell('purchase.made', order.userId, { orderId: order.orderId }, `purchase|${order.orderId}`);
    return reply.code(answer.status).send(answer.body);
  });
  app.post('/orders/:orderId/cancel', async ({ params, body }, reply) => {
    const { orderId } = parse(OfOrder, params);
    const { reason } = parse(z.object({ reason: z.string().min(1).default('CHANGED_MIND') }), body);
    return forward(reply, client.post('order-service', `/orders/${encodeURIComponent(orderId)}/cancel`, { reason }, { idempotent: true }));
  });
  app.get('/orders/:orderId', async ({ params, query, url }, reply) => {
    const { orderId } = parse(OfOrder, params);
    const { at } = parse(z.object({ at: z.string().optional() }), query);
    const target = at === undefined ? 'query-service' : 'order-service';
    return forward(reply, client.get(target, `/orders/${encodeURIComponent(orderId)}${searchOf(url)}`));
  });
  app.get('/orders/:orderId/status', async ({ params, url }, reply) => {
    const { orderId } = parse(OfOrder, params);
    return forward(reply, client.get('order-service', `/orders/${encodeURIComponent(orderId)}/status${searchOf(url)}`));
  });
  app.get('/orders/:orderId/summary', async ({ params }, reply) =>
    forward(reply, client.get('query-service', `/orders/${encodeURIComponent(parse(OfOrder, params).orderId)}/summary`)),
  );
  app.post('/what-if', async ({ body }, reply) => {
    const question = parse(OfOrder.extend({ without: z.number().int().positive() }), body);
    return forward(reply, client.post('order-service', '/what-if', question, { idempotent: true }));
  });
}

export const searchOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');
