import type { Services } from '../services';

export interface DemoScenario {
  readonly scenario: string;
  readonly scenarios: readonly string[];
}

/** What the demo shop plays, and sets it when one is named; there is no shop outside of the demo. */
export async function demoScenario({ bus, settings }: Services, scenario = ''): Promise<DemoScenario | 'not-found'> {
  return settings.demo ? bus.ask('demo-scenario', { scenario }) : 'not-found';
}
