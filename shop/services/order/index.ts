import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { openState } from '../../kernel/unit-of-work/open-state';
import { ORDER_BINDINGS } from './bindings';
import { Carts } from './carts';
import type { OrderState } from './domain/order';
import { orderMessages } from './messages';
import { commandHandlers } from './handlers/on-commands';
import { newsHandlers } from './handlers/on-news';
import { OrderStatusView } from './order-status';
import { createOrderCommands } from './order-commands';
import { orderRoutes } from './routes';

/** Keeps orders as what happened to them, and says how far each one is. */
export const startOrderService: StartService = async (parts) => {
  const state = openState(parts, {
    translate: (event, order) => orderMessages(event, order as OrderState),
    project: (tx, event, order) => OrderStatusView.project(tx, event, order as OrderState),
  });
  const carts = new Carts(parts.database);
  const status = new OrderStatusView(parts.database, state.dispatcher);
  const commands = createOrderCommands(state.units);
  const news = newsHandlers(state, carts);
  const subscribers = await Promise.all([
    parts.consume(ORDER_BINDINGS.news, news),
    parts.consume(ORDER_BINDINGS.commands, commandHandlers(commands, state.units)),
    parts.consume(ORDER_BINDINGS.stock, news),
    parts.consume(ORDER_BINDINGS.parcels, news),
  ]);
  const server = await serve(parts, (app) => orderRoutes(app, { commands, state, status, carts, http: parts.fetch, clock: parts.clock }));
  return running({ server, subscribers, rest: [state] });
};
