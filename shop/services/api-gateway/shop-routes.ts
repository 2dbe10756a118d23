import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpClient } from '../../kernel/http-client/http-client';
import { parse } from '../../kernel/http-server/http-server';
import type { ActivityType, TellActivity } from './activity';
import { forward } from './forward';
import { searchOf } from './order-routes';
import type { Prices } from './prices';

const ACTIVITIES: readonly ActivityType[] = ['product.clicked', 'catalogue.searched', 'purchase.made'];
const ActivityForm = z.object({ type: z.enum(ACTIVITIES), userId: z.string().min(1), data: z.record(z.string(), z.unknown()).default({}) });

/** Users, stock, prices, and what users do on the pages. */
export function shopRoutes(app: FastifyInstance, client: HttpClient, tell: TellActivity, prices: Prices): void {
  // The user-service says itself what is wrong with a body: it knows what a user is.
  app.post('/users', async ({ body }, reply) => forward(reply, client.post('user-service', '/users', body, { idempotent: true })));
  app.post('/users/batch', async ({ body }, reply) =>
    forward(reply, client.post('user-service', '/users/batch', body, { idempotent: true })),
  );
  app.post('/users/held', async ({ body }, reply) => forward(reply, client.post('user-service', '/users/held', body)));
  app.get('/users/:userId', async ({ params }, reply) => {
    const { userId } = parse(z.object({ userId: z.string() }), params);
    return forward(reply, client.get('user-service', `/users/${encodeURIComponent(userId)}`, { cached: true }));
  });
  app.get('/stock/:sku', async ({ params, url }, reply) => {
    const { sku } = parse(z.object({ sku: z.string() }), params);
    return forward(reply, client.get('inventory-service', `/stock/${encodeURIComponent(sku)}${searchOf(url)}`));
  });
  app.get('/prices', async () => prices.all());
  app.post('/activity', async ({ body }, reply) => {
    const { type, userId, data } = parse(ActivityForm, body);
    tell(type, userId, data);
    return reply.code(202).send({ accepted: true });
  });
}
