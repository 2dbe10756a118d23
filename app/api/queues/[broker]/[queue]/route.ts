import { z } from 'zod';
import type { QueueDetail } from '@/lib/contract/samples';
import { getQueueDetail } from '@/server/web/queries/get-queue-detail';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../../_http/answer';
import { parse, rangeOf, text } from '../../../_http/ask';

export const GET = route(async (request, params) => {
  const { broker, queue } = parse(z.object({ broker: text, queue: text }), params);
  const services = getServices();
  const detail = await getQueueDetail(services, broker, queue, rangeOf(request, services.clock()));
  return detail === 'not-found'
    ? notFound('queue', 'It has not been sampled yet, or the broker no longer lists it.')
    : json<QueueDetail>(detail);
});
