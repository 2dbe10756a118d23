import type { Scenario } from './scenario';

const SENDS = 6;

/** Two parcels can't be sent and their refunds fail: the other undo steps go on, and a person is asked. */
export const compensationFailure: Scenario = {
  name: 'compensation-failure',
  shows: 'partly compensated sagas, and the call for a person',
  shape: {
    orders: 20,
    mix: 'orchestrated',
    share: { 'shipment-fails': { of100: 10 }, 'refund-fails': { of100: 10, with: 'shipment-fails' } },
  },
  expected: (plan) => {
    const failing = plan.orders().filter(({ marks }) => marks.includes('refund-fails')).length;
    return { 'sent.payment.refund': SENDS * failing, 'saga.intervention.required': failing, 'inventory.released': failing };
  },
};
