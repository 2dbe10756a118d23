import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { createActivity } from './activity';
import { legacyCheckout } from './legacy-checkout';
import { limitRequests } from './limits';
import { orderRoutes } from './order-routes';
import { listenToPrices } from './prices';
import { quoteRoutes } from './quotes';
import { shopRoutes } from './shop-routes';

/** The shop's door: takes orders and questions, and knows whom to ask. Keeps nothing. */
export const startApiGateway: StartService = async (parts) => {
  const { fetch: client, config } = parts;
  const tell = createActivity(parts);
  const prices = await listenToPrices(parts);
  const server = await serve(parts, (app) => {
    limitRequests(app);
    orderRoutes(app, client, tell);
    shopRoutes(app, client, tell, prices);
    quoteRoutes(app, parts);
    legacyCheckout(app, { client, share: config.strangler.share, time: (ms) => config.time(ms) });
  });
  return running({ server, subscribers: [], rest: [prices] });
};
