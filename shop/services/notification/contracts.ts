import { z } from 'zod';

export const Notification = z.object({
  orderId: z.string().optional(),
  userId: z.string(),
  template: z.string(),
  kind: z.string(),
});
export type Notification = z.infer<typeof Notification>;

export const CONTRACTS = { 'customer.notification.requested': Notification };
