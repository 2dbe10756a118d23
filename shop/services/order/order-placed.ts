import { toAmount } from '../../kernel/money';
import { semVer } from '../../kernel/serialisers/version';
import { totalOf } from './domain/order';
import type { OrderDetails } from './domain/order-events';

/** `order.placed` in the version that the order asks for: its readers are not all of one age. */
export function orderPlaced(details: OrderDetails): Readonly<Record<string, unknown>> {
  const { userId, channel, fulfilment, currency, lines, placedVersion } = details;
  const version = semVer(placedVersion);
  const priceName = version < '2' ? 'price' : 'unitPrice';
  return {
    userId,
    channel,
    fulfilment,
    totalAmount: toAmount(totalOf(details)),
    items: lines.map(({ productId, quantity, unitPrice }) => ({ productId, quantity, [priceName]: toAmount(unitPrice) })),
    ...(version < '1.1' ? {} : { currency }),
  };
}
