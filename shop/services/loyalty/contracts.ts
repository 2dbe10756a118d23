import { z } from 'zod';

/** What the loyalty-service needs of what others did. */
export const CONTRACTS = {
  'user.created': z.object({ userId: z.string() }),
  'payment.completed': z.object({ orderId: z.string(), userId: z.string(), amount: z.number() }),
};
