import { z } from 'zod';
import type { FindView } from '@/lib/contract/find';
import { find } from '@/server/web/queries/find';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { query, text } from '../_http/ask';

const asked = z.object({ q: text.default('') });

export const GET = route(async (request) => json<FindView>(await find(getServices(), query(request, asked).q)));
