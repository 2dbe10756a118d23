import { z } from 'zod';
import type { TracesPage } from '@/lib/contract/traces';
import { LONGEST_QUERY } from '@/lib/search/parse-query';
import { readTracesOrder } from '@/lib/traces/traces-order';
import { getTraces } from '@/server/web/queries/get-traces';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { flag, limit, names, query, rangeOf, text } from '../_http/ask';

const asked = z.object({
  q: z.string().min(1).max(LONGEST_QUERY).optional(),
  service: text.optional(),
  channel: text.optional(),
  inbox: text.optional(),
  brokers: names.optional(),
  errors: flag.optional(),
  after: text.optional(),
  limit: limit(1000, 100),
  sort: text.optional(),
});

export const GET = route(async (request) => {
  const services = getServices();
  const { sort, ...question } = query(request, asked);
  return json<TracesPage>(
    await getTraces(services, { ...question, order: readTracesOrder(sort), range: rangeOf(request, services.clock()) }),
  );
});
