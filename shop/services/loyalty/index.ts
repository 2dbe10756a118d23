import { toExchange } from '../../kernel/channels';
import { withContracts } from '../../kernel/contracts';
import { notFound } from '../../kernel/http-server/http-errors';
import { serve } from '../../kernel/http-server/serve';
import { toCents } from '../../kernel/money';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import type { Handlers } from '../../kernel/service-host';
import { causedBy } from '../../kernel/unit-of-work/cause';
import { openState } from '../../kernel/unit-of-work/open-state';
import type { UnitOfWork } from '../../kernel/unit-of-work/unit-of-work';
import { LOYALTY_BINDINGS } from './bindings';
import { CONTRACTS } from './contracts';
import { pointsFor } from './domain/points';
import { Members } from './members';

/** Counts points for what was paid. Nobody waits for it, and nothing goes wrong when it is away. */
export const startLoyaltyService: StartService = async (parts) => {
  const state = openState(parts, { translate: () => [] });
  const members = new Members(parts.database);
  const subscribers = [await parts.consume(LOYALTY_BINDINGS.news, newsHandlers(members, state.units))];
  const server = await serve(parts, (app) => {
    app.get<{ Params: { id: string } }>('/points/:id', async (request) => {
      const points = members.balance(request.params.id);
      if (points === null) throw notFound('member', request.params.id);
      return { userId: request.params.id, points };
    });
  });
  return running({ server, subscribers, rest: [state] });
};

const newsHandlers = (members: Members, units: UnitOfWork): Handlers =>
  withContracts(CONTRACTS, {
    'user.created': ({ userId }, event, context) =>
      units.run(causedBy(event, context), (session) => session.also((tx) => members.join(tx, userId, event.at))),
    'payment.completed': ({ orderId, userId, amount }, event, context) =>
      units.run(causedBy(event, context), (session) => {
        if (members.hasAward(orderId)) return;
        const points = pointsFor(toCents(amount));
        session.also((tx) => members.award(tx, orderId, userId, points, event.at));
        session.send({
          type: 'loyalty.points.awarded',
          key: orderId,
          data: { userId, orderId, points },
          channels: [toExchange('ecommerce.events')],
          origin: `points-${orderId}`,
          originVersion: 1,
        });
      }),
  });
