import { z } from 'zod';
import type { QueuesView } from '@/lib/contract/samples';
import { getQueues } from '@/server/web/queries/get-queues';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { hasRange, names, query, rangeOf } from '../_http/ask';

const asked = z.object({ brokers: names.optional() });

export const GET = route(async (request) => {
  const services = getServices();
  const range = hasRange(request) ? rangeOf(request, services.clock()) : undefined;
  return json<QueuesView>(await getQueues(services, range, query(request, asked).brokers));
});
