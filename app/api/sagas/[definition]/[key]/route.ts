import { z } from 'zod';
import type { SagaView } from '@/lib/contract/sagas';
import { getSaga } from '@/server/web/queries/get-saga';
import { getServices } from '@/server/web/services';
import { json, notFound, route } from '../../../_http/answer';
import { parse, text } from '../../../_http/ask';

export const GET = route(async (_request, params) => {
  const { definition, key } = parse(z.object({ definition: text, key: text }), params);
  const saga = await getSaga(getServices(), definition, key);
  return saga === 'not-found'
    ? notFound('saga', 'Its definition is in the configuration; an instance begins with its first event.')
    : json<SagaView>(saga);
});
