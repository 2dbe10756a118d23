import type { Scenario } from './scenario';

export const noHeaders: Scenario = {
  name: 'no-headers',
  shows: '20 inferred flows: no trace id anywhere',
  shape: { orders: 20, mix: 'standard' },
  trace: 'none',
};
