import { z } from 'zod';

const ofOrder = { orderId: z.string(), orderVersion: z.number().int().positive() };

/** What the projections need of the order's own events, amounts in cents. */
export const LOG_CONTRACTS = {
  ORDER_CREATED: z.object({
    ...ofOrder,
    userId: z.string(),
    channel: z.string(),
    fulfilment: z.string(),
    totalCents: z.number().int(),
    items: z.array(z.object({ productId: z.string(), quantity: z.number().int(), unitPriceCents: z.number().int() })),
  }),
  ORDER_PLACED: z.object(ofOrder),
  PAYMENT_CONFIRMED: z.object(ofOrder),
  ORDER_SHIPPED: z.object(ofOrder),
  ORDER_COMPLETED: z.object(ofOrder),
  ORDER_CANCELLED: z.object({ ...ofOrder, reason: z.string() }),
};

export type LogEventType = keyof typeof LOG_CONTRACTS;

/** An event of the order log in the shape of its contract. */
export type LogEvent = {
  [Type in LogEventType]: { readonly type: Type; readonly at: number; readonly data: z.infer<(typeof LOG_CONTRACTS)[Type]> };
}[LogEventType];

export const SUMMARY_CONTRACTS = {
  'order.summary': z.object({ orderId: z.string(), status: z.string(), totalAmount: z.number().optional() }),
};
