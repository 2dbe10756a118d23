import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { notFound } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import type { AuditTrail } from './audit-trail';

export function auditRoutes(app: FastifyInstance, trail: AuditTrail): void {
  app.get('/audit', async ({ query }) => {
    const { limit } = parse(z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(100) }), query);
    return { rows: trail.latest(limit) };
  });
  app.get('/audit/:id', async ({ params }) => {
    const { id } = parse(z.object({ id: z.string() }), params);
    const rows = trail.about(id);
    if (rows.length === 0) throw notFound('trail of', id);
    return { rows };
  });
}
