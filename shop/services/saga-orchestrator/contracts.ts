import { z } from 'zod';

/** What the orchestrator needs of orders, in any version of them. */
export const CONTRACTS = {
  'order.placed': z.object({
    orderId: z.string(),
    userId: z.string(),
    fulfilment: z.string().default('choreography'),
    totalAmount: z.number(),
    items: z.array(z.object({ productId: z.string(), quantity: z.number().int() })),
  }),
  'order.cancelled': z.object({ orderId: z.string() }),
};
