import { serve } from '../../kernel/http-server/serve';
import type { StartService } from '../../kernel/parts';
import { running } from '../../kernel/running';
import { Registry } from './registry';
import { registryRoutes } from './routes';
import { SchemaStore } from './schema-store';

/** Keeps the schemas of what is sent in binary, and refuses a version that would break readers. Talks HTTP only. */
export const startSchemaRegistry: StartService = async (parts) => {
  const registry = new Registry(new SchemaStore(parts.database));
  const server = await serve(parts, (app) => registryRoutes(app, registry));
  return running({ server, subscribers: [], rest: [] });
};
