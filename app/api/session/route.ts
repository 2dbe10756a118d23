import type { SessionView } from '@/lib/contract/common';
import { getSession } from '@/server/web/queries/get-session';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';

export const GET = route(async (request) => {
  const { view, setCookie } = getSession(getServices(), request.headers.get('cookie') ?? undefined);
  return json<SessionView>(view, setCookie === null ? {} : { 'set-cookie': setCookie });
});
