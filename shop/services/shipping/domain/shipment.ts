import { Aggregate, type AggregateType } from '../../../kernel/domain-events/aggregate';

export type ShipmentEvent =
  | { readonly type: 'SHIPMENT_DISPATCHED'; readonly data: { readonly carrier: string } }
  | { readonly type: 'SHIPMENT_FAILED'; readonly data: { readonly reason: string } }
  /** Called back, or never to be sent. */
  | { readonly type: 'SHIPMENT_CANCELLED'; readonly data: Readonly<Record<string, never>> };

export interface ShipmentState {
  readonly status: 'none' | 'dispatched' | 'failed' | 'cancelled';
  readonly reason: string | null;
}

export function evolveShipment(state: ShipmentState, event: ShipmentEvent): ShipmentState {
  switch (event.type) {
    case 'SHIPMENT_DISPATCHED':
      return { ...state, status: 'dispatched' };
    case 'SHIPMENT_FAILED':
      return { status: 'failed', reason: event.data.reason };
    case 'SHIPMENT_CANCELLED':
      return { ...state, status: 'cancelled' };
  }
}

/** The parcel of one order; its id is the order's. */
export class Shipment extends Aggregate<ShipmentState, ShipmentEvent> {
  static readonly type: AggregateType<ShipmentState, ShipmentEvent, Shipment> = {
    name: 'shipment',
    initial: { status: 'none', reason: null },
    evolve: evolveShipment,
    create: (id, state, version) => new Shipment(id, state, version, evolveShipment),
  };

  get shipmentId(): string {
    return `shp-${this.id}`;
  }

  dispatch(carrier: string): void {
    if (this.state.status === 'none') this.raise({ type: 'SHIPMENT_DISPATCHED', data: { carrier } });
  }

  fail(reason: string): void {
    if (this.state.status === 'none') this.raise({ type: 'SHIPMENT_FAILED', data: { reason } });
  }

  /** Also before there is any: then none will be sent. */
  cancel(): void {
    if (this.state.status === 'none' || this.state.status === 'dispatched') this.raise({ type: 'SHIPMENT_CANCELLED', data: {} });
  }
}

export interface Quote {
  /** Cents. */
  readonly price: number;
  readonly days: number;
}

/** What a parcel costs: the same answer for the same question. */
export function quoteFor(country: string, weightGrams: number): Quote {
  const abroad = country !== 'EX';
  return { price: (abroad ? 990 : 370) + Math.ceil(weightGrams / 1_000) * 60, days: abroad ? 5 : 2 };
}
