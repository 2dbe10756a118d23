import { z } from 'zod';
import type { TraceView } from '@/lib/contract/traces';
import { getTrace } from '@/server/web/queries/get-trace';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../_http/answer';
import { parse, query, text } from '../../_http/ask';

/** With `first`, of a longer trace its first so many events alone: soon, and to be followed by the question for all of it. */
const asked = z.object({ first: z.coerce.number().int().min(1).max(10_000).optional() });

export const GET = route(async (request, params) => {
  const { traceId } = parse(z.object({ traceId: text }), params);
  const { first = null } = query(request, asked);
  const trace = await getTrace(getServices(), traceId, first);
  return trace === 'not-found'
    ? notFound('trace', 'It may be older than what is kept, or of a channel that is not listened to.')
    : json<TraceView>(trace);
});
