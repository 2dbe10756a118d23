import { z } from 'zod';
import type { TopologyView } from '@/lib/contract/topology';
import { getTopology } from '@/server/web/queries/get-topology';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { names, query, rangeOf } from '../_http/ask';

const asked = z.object({ brokers: names.optional() });

export const GET = route(async (request) => {
  const services = getServices();
  return json<TopologyView>(await getTopology(services, rangeOf(request, services.clock()), query(request, asked).brokers));
});
