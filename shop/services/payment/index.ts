import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { openState } from '../../kernel/unit-of-work/open-state';
import { PAYMENT_BINDINGS } from './bindings';
import { openCardGateway } from './card-gateway';
import { Cashier } from './cashier';
import { commandHandlers } from './handlers/on-commands';
import { newsHandlers } from './handlers/on-news';
import { paymentMessages } from './payments';
import { paymentRoutes } from './routes';

/** Moves money between accounts, and keeps the books. */
export const startPaymentService: StartService = async (parts) => {
  const state = openState(parts, { translate: paymentMessages });
  const gateway = openCardGateway(parts);
  const cashier = new Cashier(state, gateway, parts.faults);
  const news = newsHandlers(cashier, state.units, parts.fetch);
  const subscribers = await Promise.all([
    parts.consume(PAYMENT_BINDINGS.stock, news),
    parts.consume(PAYMENT_BINDINGS.orders, news),
    parts.consume(PAYMENT_BINDINGS.tills, news),
    parts.consume(PAYMENT_BINDINGS.commands, commandHandlers(cashier, state.units, parts.faults)),
  ]);
  const server = await serve(parts, (app) => paymentRoutes(app, state, gateway));
  return running({ server, subscribers, rest: [state] });
};
