import { brotliCompress, gzip } from 'node:zlib';
import { promisify } from 'node:util';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { DRAIN_MS, settledWithin } from '../drain';
import type { Log } from '../log';
import type { Metrics } from '../metrics';
import { badRequest, HttpError } from './http-errors';

export interface HttpServer {
  /** Where it listens: `http://127.0.0.1:7301`. */
  readonly url: string;
  readonly port: number;
  /** Takes no more and answers what has begun; what is not answered within 10 s is broken off. */
  close(): Promise<void>;
  /** Breaks every connection, as a crash would. */
  crash(): void;
}

export interface HttpServerOptions {
  readonly service: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly routes?: (app: FastifyInstance) => void;
  readonly drainMs?: number;
}

const MAX_REQUEST_BYTES = 1_048_576;
const COMPRESS_ABOVE_BYTES = 1_024;

/**
 * The HTTP side of a service: its routes, `/health` and `/metrics`. A bad body is answered 400 with the path of the fault, an unknown id 404,
 * a conflict 409, a caller that is too fast 429 with Retry-After, full or away 503; anything else is a 500 that tells nothing.
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { service, metrics, log } = options;
  const app = fastify({ bodyLimit: MAX_REQUEST_BYTES, forceCloseConnections: 'idle', logger: false });

  app.addHook('onResponse', async (request, reply) => {
    const endpoint = request.routeOptions.url ?? 'unknown';
    metrics.httpRequests.inc({ service, endpoint, method: request.method });
    metrics.httpRequestSeconds.observe({ service, endpoint }, reply.elapsedTime / 1_000);
  });
  app.addHook('onSend', compress);
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: `no route ${request.method} ${request.url.split('?')[0]}` }));

  app.get('/health', async () => ({ service, status: 'up' }));
  app.get('/metrics', async (_, reply) => reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()));
  options.routes?.(app);

  const url = await app.listen({ port: options.port, host: options.host ?? '127.0.0.1' });
  return { url, port: Number(new URL(url).port), close: () => close(app, options.drainMs ?? DRAIN_MS), crash: () => crash(app) };
}

async function close(app: FastifyInstance, drainMs: number): Promise<void> {
  await settledWithin(drainMs, [app.close()]);
  app.server.closeAllConnections();
}

function crash(app: FastifyInstance): void {
  app.server.closeAllConnections();
  void app.close();
}

/** A request's body or query in the shape the route works with. @throws HttpError 400 with the path of the first fault. */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw badRequest(issue?.path.join('.') ?? '', issue?.message ?? 'invalid');
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  if (error instanceof HttpError) {
    return reply
      .code(error.status)
      .headers(error.headers)
      .send({ error: error.message, ...error.details });
  }
  const { statusCode = 500, code, name } = error as { statusCode?: number; code?: string; name?: string };
  if (statusCode < 500) return reply.code(statusCode).send({ error: code ?? 'bad request', ...(statusCode === 400 ? { path: '' } : {}) });
  log.error({ err: error, route: request.routeOptions.url, name }, 'a request failed');
  return reply.code(500).send({ error: 'internal error' });
}

const brotli = promisify(brotliCompress);
const gzipBody = promisify(gzip);

async function compress(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (typeof payload !== 'string' || payload.length <= COMPRESS_ABOVE_BYTES) return payload;
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
  if (encoding === null) return payload;
  reply.header('content-encoding', encoding).header('vary', 'accept-encoding').removeHeader('content-length');
  return encoding === 'br' ? brotli(payload) : gzipBody(payload);
}
