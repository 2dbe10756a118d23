import { z } from 'zod';
import type { EventDetail } from '@/lib/contract/traces';
import { getEvent } from '@/server/web/queries/get-event';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../_http/answer';
import { parse, text } from '../../_http/ask';

export const GET = route(async (_request, params) => {
  const { id } = parse(z.object({ id: text }), params);
  const event = await getEvent(getServices(), id);
  return event === 'not-found' ? notFound('event', 'It may be older than what is kept.') : json<EventDetail>(event);
});
