import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { toExchange } from '../../kernel/channels';
import { toEvent } from '../../kernel/facts';
import { HttpError, unavailable } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import type { Parts } from '../../kernel/parts';
import { NotConnected } from '../../kernel/publisher';
import { RequestTimeout } from '../../kernel/request-reply';

const QuoteForm = z.object({
  quoteId: z.string().min(1).optional(),
  country: z.string().length(2),
  weightGrams: z.number().int().positive(),
});
const PATIENCE_MS = 2_000;

/** A question by message: the answer comes to this instance's own queue, or not in time. */
export function quoteRoutes(app: FastifyInstance, { request, service, clock }: Pick<Parts, 'request' | 'service' | 'clock'>): void {
  app.post('/quotes', async ({ body }) => {
    const { quoteId = randomUUID(), ...parcel } = parse(QuoteForm, body);
    const to = toExchange('shop.commands');
    const question = toEvent(service, clock(), {
      type: 'shipping.quote',
      origin: `quote|${quoteId}`,
      originVersion: 1,
      key: quoteId,
      data: { quoteId, ...parcel },
      channels: [to],
    });
    try {
      return (await request(question, to, PATIENCE_MS)).data;
    } catch (error) {
      if (error instanceof RequestTimeout) throw new HttpError(504, 'no quote in time', { quoteId });
      if (error instanceof NotConnected) throw unavailable('the broker is away');
      throw error;
    }
  });
}
