import type { Scenario } from './scenario';
import { meanwhile, orders, see, signUp, switchFaults, until } from './steps';

/** The lag grows beyond 200: two more members come; when it is gone, they go. */
export const autoscale: Scenario = {
  name: 'autoscale',
  shows: 'members of a group beside its lag',
  shape: { orders: 400, mix: 'web' },
  rate: 100,
  steps: [
    switchFaults({ delays: { 'reporting-summary:order-events': 200 } }),
    signUp,
    meanwhile(orders(), async (run) => {
      const members = until('members', ({ tally }) => tally.get('members.reporting-summary'), 3);
      await members(run);
      await see('grown', () => 3)(run);
    }),
    switchFaults({ delays: {} }),
    until('members left', ({ tally }) => -tally.get('members.reporting-summary'), -1),
    see('shrunk', () => 1),
  ],
  expected: () => ({ 'seen.grown': 3, 'seen.shrunk': 1 }),
};
