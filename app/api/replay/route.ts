import { z } from 'zod';
import type { ReplayReport } from '@/lib/contract/dead-letters';
import { replay } from '@/server/web/actions/replay';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { body, text } from '../_http/ask';

const asked = z.strictObject({
  letters: z.array(text).min(1).max(1000),
  way: z.enum(['inbox', 'channel']).optional(),
  reason: z.string().trim().min(1).max(500),
});

export const POST = route(async (request) => {
  const { letters, way, reason } = await body(request, asked);
  return json<ReplayReport>(await replay(getServices(), { letters, reason, ...(way && { way }) }));
});
