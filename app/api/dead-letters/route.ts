import { z } from 'zod';
import type { DeadLettersView } from '@/lib/contract/dead-letters';
import { getDeadLetters } from '@/server/web/queries/get-dead-letters';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { names, query, rangeOf } from '../_http/ask';

const asked = z.object({ brokers: names.optional() });

export const GET = route(async (request) => {
  const services = getServices();
  return json<DeadLettersView>(await getDeadLetters(services, rangeOf(request, services.clock()), query(request, asked).brokers));
});
