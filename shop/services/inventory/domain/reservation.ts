import { Aggregate, TooEarly, type AggregateType } from '../../../kernel/domain-events/aggregate';

export interface ReservedLine {
  readonly productId: string;
  readonly quantity: number;
}

export type ReservationEvent =
  | { readonly type: 'RESERVATION_MADE'; readonly data: { readonly lines: readonly ReservedLine[] } }
  | { readonly type: 'RESERVATION_REFUSED'; readonly data: { readonly reason: string; readonly unavailable: readonly string[] } }
  | { readonly type: 'RESERVATION_COMMITTED'; readonly data: Readonly<Record<string, never>> }
  | { readonly type: 'RESERVATION_RELEASED'; readonly data: Readonly<Record<string, never>> }
  /** The undo came before the reservation: none will be made. */
  | { readonly type: 'RESERVATION_BARRED'; readonly data: Readonly<Record<string, never>> };

export interface ReservationState {
  readonly status: 'none' | 'made' | 'refused' | 'committed' | 'released' | 'barred';
  readonly lines: readonly ReservedLine[];
}

const STATUS = {
  RESERVATION_MADE: 'made',
  RESERVATION_REFUSED: 'refused',
  RESERVATION_COMMITTED: 'committed',
  RESERVATION_RELEASED: 'released',
  RESERVATION_BARRED: 'barred',
} as const;

export const evolveReservation = (state: ReservationState, event: ReservationEvent): ReservationState => ({
  status: STATUS[event.type],
  lines: event.type === 'RESERVATION_MADE' ? event.data.lines : state.lines,
});

/** What one order holds of the stock: all of its lines or none, once, until it is taken or given back. */
export class Reservation extends Aggregate<ReservationState, ReservationEvent> {
  static readonly type: AggregateType<ReservationState, ReservationEvent, Reservation> = {
    name: 'reservation',
    initial: { status: 'none', lines: [] },
    evolve: evolveReservation,
    create: (id, state, version) => new Reservation(id, state, version, evolveReservation),
  };

  /** Whether a decision is still to be made: asking again changes nothing. */
  get isOpen(): boolean {
    return this.state.status === 'none';
  }

  make(lines: readonly ReservedLine[]): void {
    if (this.isOpen) this.raise({ type: 'RESERVATION_MADE', data: { lines } });
  }

  refuse(reason: string, unavailable: readonly string[]): void {
    if (this.isOpen) this.raise({ type: 'RESERVATION_REFUSED', data: { reason, unavailable } });
  }

  /** The lines that leave the house now; none when they had. @throws TooEarly before the reservation */
  commit(): readonly ReservedLine[] {
    if (this.isOpen) throw new TooEarly(`nothing is reserved for order ${this.id} yet`);
    if (this.state.status !== 'made') return [];
    this.raise({ type: 'RESERVATION_COMMITTED', data: {} });
    return this.state.lines;
  }

  /** The lines that go back; none when there is nothing to give back. */
  release(): readonly ReservedLine[] {
    if (this.isOpen) this.raise({ type: 'RESERVATION_BARRED', data: {} });
    if (this.state.status !== 'made') return [];
    this.raise({ type: 'RESERVATION_RELEASED', data: {} });
    return this.state.lines;
  }
}
