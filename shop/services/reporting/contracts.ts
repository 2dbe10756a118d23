import { z } from 'zod';

const Item = z.object({ productId: z.string(), quantity: z.number().int() });
const Placed = z.object({ orderId: z.string(), userId: z.string(), totalAmount: z.number(), items: z.array(Item) });

export const ACTIVITY_CONTRACTS = {
  'product.clicked': z.object({ userId: z.string(), productId: z.string() }),
  'catalogue.searched': z.object({ userId: z.string(), query: z.string() }),
  'purchase.made': z.object({ userId: z.string(), orderId: z.string() }),
};

export const SUMMARY_CONTRACTS = {
  'order.placed': Placed,
  'order.completed': z.object({ orderId: z.string(), totalAmount: z.number() }),
  'order.cancelled': z.object({ orderId: z.string(), reason: z.string() }),
};

/** The report of before knows `order.placed` 1.x, where one piece has a `price`. */
export const LEGACY_CONTRACTS = {
  'order.placed': Placed.extend({ items: z.array(Item.extend({ price: z.number() })) }),
};

export const LEDGER_CONTRACTS = {
  'ledger.entry.posted': z.object({
    transferId: z.string(),
    accountId: z.string(),
    orderId: z.string(),
    amountCents: z.number().int(),
    kind: z.string(),
  }),
};

export const PRICE_CONTRACTS = { 'price.changed': z.object({ productId: z.string(), price: z.number(), currency: z.string() }) };

export const REPORT_KINDS = ['sales-by-product', 'ledger-by-account', 'activity'] as const;
export const WORK_CONTRACTS = { 'report.build': z.object({ reportId: z.string(), kind: z.enum(REPORT_KINDS) }) };
