import { z } from 'zod';

const ofOrder = { orderId: z.string() };

/** What the shipping-service needs of what others say. */
export const PAYMENT_CONTRACTS = { 'payment.completed': z.object(ofOrder) };
export const COMMAND_CONTRACTS = { 'shipping.dispatch': z.object(ofOrder), 'shipping.cancel': z.object(ofOrder) };
export const QUOTE_CONTRACTS = {
  'shipping.quote': z.object({ quoteId: z.string(), country: z.string(), weightGrams: z.number().positive() }),
};
