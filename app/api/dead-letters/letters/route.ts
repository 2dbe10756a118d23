import { z } from 'zod';
import type { DeadLetterPage } from '@/lib/contract/dead-letters';
import { getDeadLetterPage } from '@/server/web/queries/get-dead-letter-page';
import { getServices } from '@/server/web/services';
import { json, route } from '../../_http/answer';
import { limit, query, rangeOf, text } from '../../_http/ask';

const asked = z.object({ group: text.optional(), after: text.optional(), limit: limit(500, 100) });

export const GET = route(async (request) => {
  const services = getServices();
  return json<DeadLetterPage>(await getDeadLetterPage(services, { ...query(request, asked), range: rangeOf(request, services.clock()) }));
});
