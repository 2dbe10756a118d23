import { z } from 'zod';
import { retryTap } from '@/server/web/actions/retry-tap';
import { getServices } from '@/server/web/services';
import { json, route } from '../../_http/answer';
import { body, text } from '../../_http/ask';

const asked = z.strictObject({ tap: text });

export const POST = route(async (request) =>
  json<{ readonly ok: boolean }>(await retryTap(getServices(), (await body(request, asked)).tap)),
);
