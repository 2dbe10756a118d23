import { z } from 'zod';

const ofOrder = { orderId: z.string() };
const items = z.array(z.object({ productId: z.string(), quantity: z.number().int().positive() })).min(1);

/** What the inventory-service needs of orders, in any version of them. */
export const ORDER_CONTRACTS = {
  'order.placed': z.object({ ...ofOrder, fulfilment: z.enum(['choreography', 'orchestration']).default('choreography'), items }),
  'order.cancelled': z.object(ofOrder),
};

export const COMMAND_CONTRACTS = {
  'inventory.reserve': z.object({ ...ofOrder, items }),
  'inventory.commit': z.object(ofOrder),
  'inventory.release': z.object(ofOrder),
};
