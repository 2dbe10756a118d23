import { z } from 'zod';
import type { LagDetail } from '@/lib/contract/samples';
import { getLagDetail } from '@/server/web/queries/get-lag-detail';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../../_http/answer';
import { parse, rangeOf, text } from '../../../_http/ask';

export const GET = route(async (request, params) => {
  const { broker, inbox } = parse(z.object({ broker: text, inbox: text }), params);
  const services = getServices();
  const detail = await getLagDetail(services, broker, inbox, rangeOf(request, services.clock()));
  return detail === 'not-found'
    ? notFound('group', 'It has not been sampled yet, or the broker no longer lists it.')
    : json<LagDetail>(detail);
});
