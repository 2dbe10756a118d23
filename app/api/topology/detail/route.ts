import { z } from 'zod';
import type { TopologyDetail } from '@/lib/contract/topology';
import { getTopologyDetail } from '@/server/web/queries/get-topology-detail';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../_http/answer';
import { query, rangeOf, text } from '../../_http/ask';

const asked = z.object({ id: text });

export const GET = route(async (request) => {
  const services = getServices();
  const detail = await getTopologyDetail(services, query(request, asked).id, rangeOf(request, services.clock()));
  return detail === 'not-found' ? notFound('place') : json<TopologyDetail>(detail);
});
