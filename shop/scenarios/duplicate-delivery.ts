import type { Scenario } from './scenario';

/** Twenty orders are told twice, five also by the other broker: 45 messages come in, 20 reservations are made. */
export const duplicateDelivery: Scenario = {
  name: 'duplicate-delivery',
  shows: '25 duplicates',
  shape: { orders: 20, mix: 'web', share: { 'sent-twice': { of100: 100 }, 'sent-by-both': { of100: 25, with: 'sent-twice' } } },
  expected: (plan) => {
    const both = plan.orders().filter(({ marks }) => (marks as readonly string[]).includes('sent-by-both')).length;
    return { 'seen.skipped': plan.size + both, 'order.placed@rabbitmq': both };
  },
  measured: async ({ tally }) => ({
    'seen.skipped': tally.get('skipped.inventory-service') + tally.get('skipped.inventory-order-queue'),
  }),
};
