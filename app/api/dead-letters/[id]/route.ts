import { z } from 'zod';
import type { DeadLetterDetail } from '@/lib/contract/dead-letters';
import { getDeadLetter } from '@/server/web/queries/get-dead-letter';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../_http/answer';
import { parse, text } from '../../_http/ask';

export const GET = route(async (_request, params) => {
  const { id } = parse(z.object({ id: text }), params);
  const letter = await getDeadLetter(getServices(), id);
  return letter === 'not-found' ? notFound('dead letter', 'It may be older than what is kept.') : json<DeadLetterDetail>(letter);
});
