import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { toExchange } from '../../kernel/channels';
import { toEvent } from '../../kernel/facts';
import { notFound, unavailable } from '../../kernel/http-server/http-errors';
import { parse } from '../../kernel/http-server/http-server';
import type { Parts } from '../../kernel/parts';
import type { ActivityReport } from './activity';
import { REPORT_KINDS } from './contracts';
import type { Ledger } from './ledger';
import type { Reports } from './reports';

export interface ReportingRoutesParts extends Pick<Parts, 'publisher' | 'service' | 'clock'> {
  readonly reports: Reports;
  readonly ledger: Ledger;
  readonly activity: ActivityReport;
}

const ReportForm = z.object({ reportId: z.string().min(1).optional(), kind: z.enum(REPORT_KINDS) });

export function reportingRoutes(
  app: FastifyInstance,
  { reports, ledger, activity, publisher, service, clock }: ReportingRoutesParts,
): void {
  app.post('/reports', async ({ body }, reply) => {
    const { reportId = randomUUID(), kind } = parse(ReportForm, body);
    const channels = [toExchange('shop.commands')];
    const command = toEvent(service, clock(), {
      type: 'report.build',
      origin: `report|${reportId}`,
      originVersion: 0,
      key: reportId,
      data: { reportId, kind },
      channels,
    });
    const outcome = await publisher.publish(command).catch(() => 'refused' as const);
    if (outcome !== 'confirmed') throw unavailable('too many reports are waiting');
    return reply.code(202).send({ reportId });
  });
  app.get('/reports/:reportId', async ({ params }) => {
    const { reportId } = parse(z.object({ reportId: z.string() }), params);
    const report = reports.find(reportId);
    if (report === null) throw notFound('report', reportId);
    return report;
  });
  app.get('/ledger', async () => ({ ...ledger.balance(), accounts: ledger.byAccount() }));
  app.get('/activity', async () => ({ activity: activity.byType() }));
  app.get('/recommendations/:userId', async ({ params }) => {
    const { userId } = parse(z.object({ userId: z.string() }), params);
    return { userId, products: activity.recommendations(userId) };
  });
}
