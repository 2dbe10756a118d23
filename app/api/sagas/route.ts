import { z } from 'zod';
import type { SagasView } from '@/lib/contract/sagas';
import { sagaStateOrder } from '@/lib/sagas/saga-path';
import { getSagas } from '@/server/web/queries/get-sagas';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { query, text } from '../_http/ask';

const asked = z.object({
  definition: text.optional(),
  state: z.enum(sagaStateOrder as [string, ...string[]]).optional(),
  key: text.optional(),
});

export const GET = route(async (request) => {
  const { state, ...rest } = query(request, asked);
  const states = sagaStateOrder.filter((one) => one === state);
  return json<SagasView>(await getSagas(getServices(), { ...rest, ...(states.length > 0 && { states }) }));
});
