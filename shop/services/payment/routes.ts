import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { load, stateAt } from '../../kernel/event-store/repository';
import { HttpError, notFound } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import type { State } from '../../kernel/unit-of-work/open-state';
import type { CardGateway } from './card-gateway';
import { Account } from './domain/account';
import { Payment } from './domain/payment';

const Moment = z.object({ at: z.iso.datetime({ offset: true }).optional() });
const Asked = z.object({ orderId: z.string().min(1) });
type WithId = FastifyRequest<{ Params: { id: string } }>;

export function paymentRoutes(app: FastifyInstance, state: State, gateway: CardGateway): void {
  /** For who can't wait: whether the bank would pay. Nothing is charged. */
  app.post('/authorisations', async (request) => {
    const { orderId } = parse(Asked, request.body);
    const said = await gateway.authorise(orderId, AbortSignal.timeout(5_000));
    if (said === 'declined') throw new HttpError(402, 'the card was declined', { reason: 'CARD_DECLINED' });
    return { orderId, authorised: true };
  });

  app.get('/payments/:id', async (request: WithId) => {
    const payment = load(state.store, Payment.type, request.params.id);
    if (payment.version === 0) throw notFound('payment', request.params.id);
    return { orderId: payment.id, paymentId: payment.paymentId, version: payment.version, ...payment.state };
  });

  app.get('/accounts/:id', async (request: WithId) => {
    const { at } = parse(Moment, request.query);
    const { id } = request.params;
    const { state: account, version } = stateAt(state.store, Account.type, id, at === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(at));
    if (version === 0) throw notFound('account', id);
    return { accountId: id, version, balanceCents: account.balance };
  });
}
