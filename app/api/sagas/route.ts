import { z } from 'zod';
import type { SagasView } from '@/lib/contract/sagas';
import { sagaStateOrder } from '@/lib/sagas/saga-path';
import { getSagas } from '@/server/web/queries/get-sagas';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';
import { query, text } from '../_http/ask';

/** `stuck,failed`: names of states, parted by commas. */
const states = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.enum(sagaStateOrder)));

const asked = z.object({
  definition: text.optional(),
  state: states.optional(),
  key: text.optional(),
});

export const GET = route(async (request) => {
  const { state, ...rest } = query(request, asked);
  return json<SagasView>(await getSagas(getServices(), { ...rest, ...(state && { states: state }) }));
});
