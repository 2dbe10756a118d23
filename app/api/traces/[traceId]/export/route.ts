import { z } from 'zod';
import type { TraceExport } from '@/lib/contract/traces';
import { getTraceExport } from '@/server/web/queries/get-trace-export';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../../_http/answer';
import { parse, text } from '../../../_http/ask';

export const GET = route(async (_request, params) => {
  const { traceId } = parse(z.object({ traceId: text }), params);
  const file = await getTraceExport(getServices(), traceId);
  return file === 'not-found'
    ? notFound('trace', 'It may be older than what is kept, or of a channel that is not listened to.')
    : json<TraceExport>(file);
});
