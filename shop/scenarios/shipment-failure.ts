import type { Scenario } from './scenario';

export const shipmentFailure: Scenario = {
  name: 'shipment-failure',
  shows: 'three undo steps, newest first',
  shape: { orders: 100, mix: 'standard', share: { 'shipment-fails': { of100: 5 } } },
};
