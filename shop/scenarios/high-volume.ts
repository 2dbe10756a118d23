import { WITHOUT_ORDERS } from '../traffic/expected';
import { browse } from '../traffic/browse';
import type { Scenario, Step } from './scenario';

const PER_SECOND = 5_000;
const SECONDS = 60;

/** Clicks and searches by the thousand: nobody confirms them, and losing one is nothing. */
const browseFast: Step = async ({ world, config, signal, seen }) => {
  const sent = await browse(world, { perSecond: PER_SECOND, seconds: SECONDS / config.timeFactor, signal });
  seen.set('seen.activity', Number(sent >= (PER_SECOND * SECONDS) / config.timeFactor));
};

export const highVolume: Scenario = {
  name: 'high-volume',
  shows: 'aggregates, and what was dropped is said',
  shape: { orders: 1, mix: 'web' },
  steps: [browseFast],
  expected: () => ({ ...WITHOUT_ORDERS, 'seen.activity': 1 }),
};
