import { z } from 'zod';
import type { PreviousEvent } from '@/lib/contract/traces';
import { getPreviousEvent } from '@/server/web/queries/get-previous-event';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../../_http/answer';
import { parse, text } from '../../../_http/ask';

export const GET = route(async (_request, params) => {
  const { id } = parse(z.object({ id: text }), params);
  const previous = await getPreviousEvent(getServices(), id);
  return previous === 'not-found' ? notFound('event', 'It may be older than what is kept.') : json<PreviousEvent>(previous);
});
