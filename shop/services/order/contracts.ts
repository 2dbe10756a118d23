import { z } from 'zod';

const ofOrder = { orderId: z.string() };

/** What the order-service needs of what others say. */
export const NEWS_CONTRACTS = {
  'user.created': z.object({ userId: z.string() }),
  'payment.completed': z.object({ ...ofOrder, paymentId: z.string() }),
  'payment.failed': z.object({ ...ofOrder, reason: z.string() }),
  'payment.refunded': z.object(ofOrder),
  'inventory.reservation.failed': z.object({ ...ofOrder, reason: z.string() }),
  'shipment.dispatched': z.object({ ...ofOrder, shipmentId: z.string() }),
  'shipment.failed': z.object({ ...ofOrder, reason: z.string() }),
};

export const COMMAND_CONTRACTS = {
  'order.process': z.object(ofOrder),
  'order.complete': z.object({ ...ofOrder, paymentId: z.string().optional(), shipmentId: z.string().optional() }),
  'order.cancel': z.object({ ...ofOrder, reason: z.string() }),
};
