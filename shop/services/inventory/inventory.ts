import type { RecordedEvent } from '../../kernel/event-store/event-store';
import { toTopic } from '../../kernel/channels';
import type { Draft, Session } from '../../kernel/unit-of-work/unit-of-work';
import { Reservation, type ReservedLine } from './domain/reservation';
import { Stock } from './domain/stock';

export interface Reserved {
  readonly ok: boolean;
  readonly reason: string | null;
}

/** All lines of an order or none. An order that was decided on before gets the same answer. */
export function reserve(session: Session, orderId: string, lines: readonly ReservedLine[]): Reserved {
  const reservation = session.load(Reservation.type, orderId);
  if (reservation.isOpen) {
    const wanted = byProduct(lines);
    const unavailable = wanted.filter(({ productId, quantity }) => !session.load(Stock.type, productId).has(quantity));
    if (unavailable.length > 0) {
      reservation.refuse(
        'INSUFFICIENT_STOCK',
        unavailable.map(({ productId }) => productId),
      );
    } else {
      for (const { productId, quantity } of wanted) session.load(Stock.type, productId).reserve(orderId, quantity);
      reservation.make(wanted);
    }
  }
  const { status } = reservation.state;
  if (status === 'made' || status === 'committed') return { ok: true, reason: null };
  return { ok: false, reason: status === 'refused' ? 'INSUFFICIENT_STOCK' : 'ORDER_CANCELLED' };
}

/** The pieces leave the house. */
export function commit(session: Session, orderId: string): void {
  for (const { productId, quantity } of session.load(Reservation.type, orderId).commit())
    session.load(Stock.type, productId).commit(orderId, quantity);
}

/** The pieces are for others again. */
export function release(session: Session, orderId: string): void {
  for (const { productId, quantity } of session.load(Reservation.type, orderId).release())
    session.load(Stock.type, productId).release(orderId, quantity);
}

export const reservationId = (orderId: string): string => `res-${orderId}`;

/** One line a product: two lines with the same one must not both find the last piece. */
function byProduct(lines: readonly ReservedLine[]): ReservedLine[] {
  const sums = new Map<string, number>();
  for (const { productId, quantity } of lines) sums.set(productId, (sums.get(productId) ?? 0) + quantity);
  return [...sums].map(([productId, quantity]) => ({ productId, quantity }));
}

const TOLD: Readonly<Record<string, string>> = {
  RESERVATION_MADE: 'inventory.reserved',
  RESERVATION_REFUSED: 'inventory.reservation.failed',
  RESERVATION_COMMITTED: 'inventory.committed',
  RESERVATION_RELEASED: 'inventory.released',
};

/** What others are told: thin, who needs the order asks for it. What happens to single products stays in the house. */
export function inventoryMessages({ type, stream, data }: RecordedEvent): readonly Draft[] {
  const told = TOLD[type];
  if (told === undefined) return [];
  const orderId = stream.slice('reservation-'.length);
  const said = type === 'RESERVATION_REFUSED' ? { reason: data.reason } : { reservationId: reservationId(orderId) };
  return [{ type: told, key: orderId, data: { orderId, ...said }, channels: [toTopic('inventory-events')] }];
}
