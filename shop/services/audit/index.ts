import { fromQueue } from '../../kernel/bindings';
import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { AuditTrail } from './audit-trail';
import { auditRoutes } from './routes';

/** Everything that happens to orders, payments, users, sagas, points and reports. */
export const BINDING = fromQueue('audit-service-queue', ['*'], { guarantee: 'effectively-once' });

/** Who, what, when: writes down each event that it is told, and answers for it. */
export const startAuditService: StartService = async (parts) => {
  const trail = new AuditTrail(parts.database);
  const server = await serve(parts, (app) => auditRoutes(app, trail));
  const subscriber = await parts.consume(BINDING, {
    '*': async (event, context) => trail.add(event, (tx) => context.complete(tx)),
  });
  return running({ server, subscribers: [subscriber], rest: [] });
};
