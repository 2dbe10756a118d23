import { CallRefused, CallTimedOut, TargetFault } from '../../kernel/http-client/guard';
import type { HttpClient } from '../../kernel/http-client/http-client';
import { conflict, HttpError, unavailable } from '../../kernel/http-server/http-errors';
import type { OrderLine } from './domain/order-events';

/** Whoever is in a hurry gets a yes or no at once: stock and card are asked before the order is taken. @throws HttpError 409, 402 or 503 */
export async function checkAtOnce(http: HttpClient, orderId: string, lines: readonly OrderLine[]): Promise<void> {
  try {
    const items = lines.map(({ productId, quantity }) => ({ productId, quantity }));
    const stock = await http.post('inventory-service', '/availability', { items }, { idempotent: true });
    const { unavailableItems = [] } = (stock.body ?? {}) as { readonly unavailableItems?: readonly string[] };
    if (unavailableItems.length > 0) throw conflict('not everything is there', { unavailableItems });
    const card = await http.post('payment-service', '/authorisations', { orderId }, { idempotent: true });
    if (card.status === 402) throw new HttpError(402, 'the card was declined', { reason: 'CARD_DECLINED' });
  } catch (error) {
    if (error instanceof CallRefused || error instanceof CallTimedOut || error instanceof TargetFault) throw unavailable(error.message);
    throw error;
  }
}
