import { withContracts } from '../../kernel/contracts';
import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { BINDINGS, CHANNELS } from './bindings';
import { CONTRACTS } from './contracts';
import { fakeGateway, notificationRoutes } from './routes';
import { Sender } from './sender';

/** Tells customers by mail, SMS and push. Its failures are its own: an order never waits for a letter. */
export const startNotificationService: StartService = async (parts) => {
  const { mailGatewayKey } = parts.config.secrets;
  const sender = new Sender(parts.database, parts.fetch, parts.clock, mailGatewayKey);
  const server = await serve(parts, (app) => {
    notificationRoutes(app, sender);
    fakeGateway(app, parts.faults, mailGatewayKey);
  });
  parts.addresses.enter('notification-gateway', parts.instance, server.url);

  const subscribers = await Promise.all(
    CHANNELS.map((channel) =>
      parts.consume(
        BINDINGS[channel],
        withContracts(CONTRACTS, {
          'customer.notification.requested': (letter, event, context) =>
            sender.send(channel, event.id, letter, (tx) => context.complete(tx)),
        }),
      ),
    ),
  );
  return running({ server, subscribers, rest: [] });
};
