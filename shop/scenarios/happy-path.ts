import type { Scenario } from './scenario';

export const happyPath: Scenario = {
  name: 'happy-path',
  shows: 'traces over both brokers, 100 sagas completed',
  shape: { orders: 100, mix: 'standard' },
};
