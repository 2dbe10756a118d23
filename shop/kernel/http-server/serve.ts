import type { FastifyInstance } from 'fastify';
import type { Parts } from '../parts';
import { faultRoutes } from './fault-routes';
import { openHttpServer, type HttpServer } from './http-server';

/** The HTTP side of a service at its own address: every service has one, if only for `/health` and `/metrics`. */
export async function serve(parts: Parts, routes?: (app: FastifyInstance) => void): Promise<HttpServer> {
  const { service, instance, addresses, config, metrics, log } = parts;
  const port = addresses.port(service, instance);
  const server = await openHttpServer({
    service,
    port,
    host: config.http.host,
    metrics,
    log,
    routes: (app) => {
      if (config.faults) faultRoutes(app, parts.faults);
      routes?.(app);
    },
  });
  addresses.enter(service, instance, server.url);
  const leave = (): void => addresses.leave(service, instance);
  return {
    ...server,
    close: () => {
      leave();
      return server.close();
    },
    crash: () => {
      leave();
      server.crash();
    },
  };
}
