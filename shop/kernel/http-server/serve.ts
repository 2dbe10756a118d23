import type { FastifyInstance } from 'fastify';
import type { ServiceName } from '../../config';
import type { Parts } from '../parts';
import { openHttpServer, type HttpServer } from './http-server';

/** The HTTP side of a service on its own port: every service has one, if only for `/health` and `/metrics`. */
export const serve = ({ service, instance, config, metrics, log }: Parts, routes?: (app: FastifyInstance) => void): Promise<HttpServer> =>
  openHttpServer({
    service,
    port: config.portOf(service as ServiceName, instance),
    host: config.http.host,
    metrics,
    log,
    ...(routes === undefined ? {} : { routes }),
  });
