import type { DemoView } from '@/lib/contract/demo';
import type { Services } from '../services';

/** What the demo shop plays, and sets it when one is named; there is no shop outside of the demo. */
export async function demoScenario({ bus, settings }: Services, scenario = ''): Promise<DemoView | 'not-found'> {
  return settings.demo ? bus.ask('demo-scenario', { scenario }) : 'not-found';
}
