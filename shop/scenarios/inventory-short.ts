import type { Scenario } from './scenario';

export const inventoryShort: Scenario = {
  name: 'inventory-short',
  shows: 'the reason INSUFFICIENT_STOCK',
  shape: { orders: 100, mix: 'standard', share: { 'out-of-stock': { of100: 10 } } },
};
