import type { Scenario } from './scenario';

/** Ten payments are told to the order-service two seconds late: it hears of the parcel before the money, and waits for the order of things. */
export const outOfOrder: Scenario = {
  name: 'out-of-order',
  shows: 'the marks of an order of events that is not the order of causes',
  shape: { orders: 100, mix: 'choreographed', share: { 'late-payment-news': { of100: 10 } } },
};
