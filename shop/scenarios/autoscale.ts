import type { Scenario } from './scenario';
import { orders, see, signUp, start, stop, switchFaults, until, untilSent } from './steps';

/** The reporting-service was away and comes back slow: its lag is above 200, more members come; when the lag is gone, they go. */
export const autoscale: Scenario = {
  name: 'autoscale',
  shows: 'members of a group beside its lag',
  shape: { orders: 200, mix: 'web' },
  steps: [
    signUp,
    stop('reporting-service'),
    orders(),
    untilSent('order.completed', ({ plan }) => plan.size),
    switchFaults({ delays: { 'reporting-summary:order-events': 200 } }),
    start('reporting-service'),
    until('members', ({ tally }) => tally.get('members.reporting-summary'), 3),
    see('grown', () => 3),
    switchFaults({ delays: {} }),
    until('members left', ({ tally }) => -tally.get('members.reporting-summary'), -1),
    see('shrunk', ({ tally }) => tally.get('members.reporting-summary')),
  ],
  expected: () => ({ 'seen.grown': 3, 'seen.shrunk': 1 }),
};
