import { z } from 'zod';
import type { DemoView } from '@/lib/contract/demo';
import { demoScenario } from '@/server/web/actions/demo-scenario';
import { getServices } from '@/server/web/services';
import { json, problem, route } from '../../_http/answer';
import { body, text } from '../../_http/ask';

const asked = z.strictObject({ scenario: text });
const answer = (found: DemoView | 'not-found') =>
  found === 'not-found' ? problem(404, 'not-found', 'This is not the demo.', 'Start it with npm run demo.') : json<DemoView>(found);

export const GET = route(async () => answer(await demoScenario(getServices())));

export const POST = route(async (request) => answer(await demoScenario(getServices(), (await body(request, asked)).scenario)));
