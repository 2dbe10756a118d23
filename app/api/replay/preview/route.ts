import { z } from 'zod';
import type { ReplayPreview } from '@/lib/contract/dead-letters';
import { previewReplay } from '@/server/web/actions/preview-replay';
import { getServices } from '@/server/web/services';
import { json, route } from '../../_http/answer';
import { body, text } from '../../_http/ask';

const asked = z.strictObject({ letters: z.array(text).min(1).max(1000), way: z.enum(['inbox', 'channel']).optional() });

export const POST = route(async (request) => {
  const { letters, way } = await body(request, asked);
  return json<ReplayPreview>(await previewReplay(getServices(), { letters, ...(way && { way }) }));
});
