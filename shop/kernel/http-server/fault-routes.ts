import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Faults, Switches } from '../faults';
import { parse } from './http-server';

const patch = z.strictObject({
  mailDown: z.boolean().optional(),
  cardGatewayDown: z.boolean().optional(),
  mended: z.boolean().optional(),
  delays: z.record(z.string(), z.number().min(0).max(600_000)).optional(),
});

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** `POST /faults`, only with `--faults` and only from this machine: a step of a scenario switches a fault in another process. */
export function faultRoutes(app: FastifyInstance, faults: Faults): void {
  app.post('/faults', async ({ body, ip }, reply) => {
    if (!LOOPBACK.has(ip)) return reply.code(403).send({ error: 'from this machine only' });
    faults.switch(said(parse(patch, body)));
    return reply.code(204).send();
  });
}

/** What is not said is left as it is. */
const said = (switches: z.infer<typeof patch>): Switches =>
  Object.fromEntries(Object.entries(switches).filter(([, value]) => value !== undefined));
