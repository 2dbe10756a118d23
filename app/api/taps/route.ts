import type { TapsView } from '@/lib/contract/taps';
import { getTaps } from '@/server/web/queries/get-taps';
import { getServices } from '@/server/web/services';
import { json, route } from '../_http/answer';

export const GET = route(async () => json<TapsView>(await getTaps(getServices())));
