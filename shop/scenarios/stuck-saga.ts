import type { Scenario } from './scenario';

export const stuckSaga: Scenario = {
  name: 'stuck-saga',
  shows: '3 sagas stuck: at which step, since when, when it was due',
  shape: { orders: 100, mix: 'standard', share: { 'silent-shipping': { of100: 3, among: 'choreographed' } } },
};
