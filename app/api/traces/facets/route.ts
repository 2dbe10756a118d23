import { z } from 'zod';
import type { Facet } from '@/lib/contract/traces';
import { LONGEST_QUERY } from '@/lib/search/parse-query';
import { getFacets } from '@/server/web/queries/get-facets';
import { getServices } from '@/server/web/services';
import { json, route } from '../../_http/answer';
import { names, query, rangeOf } from '../../_http/ask';

const asked = z.object({ q: z.string().min(1).max(LONGEST_QUERY).optional(), brokers: names.optional() });

export const GET = route(async (request) => {
  const services = getServices();
  return json<readonly Facet[]>(await getFacets(services, { ...query(request, asked), range: rangeOf(request, services.clock()) }));
});
