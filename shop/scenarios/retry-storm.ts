import { deadLetters } from './counts';
import { replayDeadLetters } from './replay';
import type { Scenario } from './scenario';
import { orders, see, signUp, switchFaults, until, pause } from './steps';

const ATTEMPTS = 4;

/** The mail gateway is down: every receipt is tried four times, then dies. When the gateway is back, all are sent again. */
export const retryStorm: Scenario = {
  name: 'retry-storm',
  shows: 'waves of retries, then the ramp of the replay',
  shape: { orders: 100, mix: 'standard' },
  steps: [
    switchFaults({ mailDown: true }),
    signUp,
    orders(),
    async (run) => until('dead mails', async () => (await deadLetters(run))['dead.notification-email'] ?? 0, run.plan.size)(run),
    see('dead', async (run) => (await deadLetters(run))['dead.notification-email'] ?? 0),
    switchFaults({ mailDown: false }),
    // So long the breaker before the gateway stays open.
    pause(11_000),
    (run) => replayDeadLetters(run, 'notification-email'),
  ],
  expected: (plan) => ({
    'failed.notification-email': ATTEMPTS * plan.size,
    'seen.dead': plan.size,
    'worked.notification-email': plan.size,
    dead: 0,
  }),
};
