import { CATALOGUE } from '../../kernel/catalogue';
import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { openState, type State } from '../../kernel/unit-of-work/open-state';
import { INVENTORY_BINDINGS } from './bindings';
import { Stock } from './domain/stock';
import { commandHandlers } from './handlers/on-commands';
import { orderHandlers } from './handlers/on-orders';
import { inventoryMessages } from './inventory';
import { Prices } from './prices';
import { inventoryRoutes } from './routes';

/** Keeps what is there, and for whom. */
export const startInventoryService: StartService = async (parts) => {
  const state = openState(parts, { translate: inventoryMessages });
  await openingStock(state);
  const orders = orderHandlers(state.units);
  const subscribers = await Promise.all([
    parts.consume(INVENTORY_BINDINGS.orders, orders),
    parts.consume(INVENTORY_BINDINGS.tills, orders),
    parts.consume(INVENTORY_BINDINGS.commands, commandHandlers(state.units)),
  ]);
  const prices = new Prices(parts.database, state.units);
  const server = await serve(parts, (app) => inventoryRoutes(app, state, prices));
  return running({ server, subscribers, rest: [state] });
};

/** What the house begins with, once: of two instances that start, one finds it there. */
const openingStock = ({ units }: State): Promise<void> =>
  units.run(
    { by: 'inventory-service', reason: 'opening stock', correlationId: 'opening-stock', causationId: null, traceparent: null },
    (session) => {
      for (const { sku, stock } of CATALOGUE) {
        const there = session.load(Stock.type, sku);
        if (there.version === 0) there.receive(stock);
      }
    },
  );
