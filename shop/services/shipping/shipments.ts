import { toTopic } from '../../kernel/channels';
import type { RecordedEvent } from '../../kernel/event-store/event-store';
import type { Faults } from '../../kernel/faults';
import type { Draft, Session } from '../../kernel/unit-of-work/unit-of-work';
import { Shipment } from './domain/shipment';

const CARRIER = 'EXPRESS';

/** Sends the parcel of an order, once, if the carrier takes it. */
export function dispatch(session: Session, orderId: string, faults: Faults): Shipment {
  const shipment = session.load(Shipment.type, orderId);
  if (faults.shipmentFails(orderId)) shipment.fail('CARRIER_REFUSED');
  else shipment.dispatch(CARRIER);
  return shipment;
}

/** What others are told. A parcel that was called back is nobody's business but of who ordered it. */
export function shipmentMessages({ type, stream, data }: RecordedEvent): readonly Draft[] {
  const orderId = stream.slice('shipment-'.length);
  const to = (wire: string, said: object): Draft[] => [
    { type: wire, key: orderId, data: { orderId, ...said }, channels: [toTopic('shipment-events')] },
  ];
  if (type === 'SHIPMENT_DISPATCHED') return to('shipment.dispatched', { shipmentId: `shp-${orderId}`, carrier: data.carrier });
  return type === 'SHIPMENT_FAILED' ? to('shipment.failed', { reason: data.reason }) : [];
}
