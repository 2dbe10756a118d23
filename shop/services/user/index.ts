import { serve } from '../../kernel/http-server/serve';
import { attachOutbox } from '../../kernel/outbox/attach-outbox';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { userRoutes } from './routes';
import { Users } from './users';

/** Who the customers are and where they live. */
export const startUserService: StartService = async (parts) => {
  const { outbox, relay } = attachOutbox(parts);
  const users = new Users(parts.database, outbox, parts.service, parts.clock);
  const server = await serve(parts, (app) => userRoutes(app, { users, onStored: () => relay.poke() }));
  return running({ server, subscribers: [], rest: [relay] });
};
