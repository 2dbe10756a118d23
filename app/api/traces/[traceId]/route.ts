import { z } from 'zod';
import type { TraceView } from '@/lib/contract/traces';
import { getTrace } from '@/server/web/queries/get-trace';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../_http/answer';
import { parse, text } from '../../_http/ask';

export const GET = route(async (_request, params) => {
  const { traceId } = parse(z.object({ traceId: text }), params);
  const trace = await getTrace(getServices(), traceId);
  return trace === 'not-found'
    ? notFound('trace', 'It may be older than what is kept, or of a channel that is not listened to.')
    : json<TraceView>(trace);
});
