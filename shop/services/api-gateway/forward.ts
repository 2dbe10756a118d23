import type { FastifyReply } from 'fastify';
import { CallRefused, CallTimedOut, TargetFault } from '../../kernel/http-client/guard';
import type { HttpAnswer } from '../../kernel/http-client/http-client';
import { HttpError, tooMany, unavailable } from '../../kernel/http-server/http-errors';

/** Another service's answer as the gateway's own. @throws HttpError 429 or 503 when there is none */
export async function forward(reply: FastifyReply, call: Promise<HttpAnswer>): Promise<FastifyReply> {
  const { status, body } = await reached(call);
  return reply.code(status).send(body);
}

/** @throws HttpError 429 when calls are made too fast, 503 when the other service is full, open or away */
export async function reached<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallRefused) throw refused(error);
    if (error instanceof TargetFault || error instanceof CallTimedOut) throw unavailable(error.message);
    throw error;
  }
}

function refused({ target, reason, retryAfterMs }: CallRefused): HttpError {
  if (reason === 'rate-limited') return tooMany(retryAfterMs / 1_000);
  const headers = { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return new HttpError(503, `${target} was not called`, { reason }, headers);
}
