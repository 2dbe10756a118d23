import { z } from 'zod';

const ofOrder = { orderId: z.string() };

/** What the payment-service needs of what others did. */
export const NEWS_CONTRACTS = { 'inventory.reserved': z.object(ofOrder), 'order.cancelled': z.object(ofOrder) };

export const COMMAND_CONTRACTS = {
  'payment.charge': z.object({ ...ofOrder, userId: z.string(), amount: z.number().nonnegative() }),
  'payment.refund': z.object(ofOrder),
};

/** What it needs of the order-service's answer; the total in cents. */
export const OrderAnswer = z.object({ userId: z.string(), totalCents: z.number().int() });
