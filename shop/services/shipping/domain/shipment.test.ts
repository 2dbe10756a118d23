import { describe, expect, it } from 'vitest';
import { given } from '../../../kernel/domain-events/given.fixture';
import { quoteFor, Shipment, type ShipmentEvent } from './shipment';

const shipment = (...past: readonly ShipmentEvent[]) => given(Shipment.type, ...past);
const dispatched: ShipmentEvent = { type: 'SHIPMENT_DISPATCHED', data: { carrier: 'EXPRESS' } };
const cancelled: ShipmentEvent = { type: 'SHIPMENT_CANCELLED', data: {} };

describe('a shipment', () => {
  it('[SS15] given none, when it is dispatched twice, then once', () => {
    expect(shipment().when((it) => it.dispatch('EXPRESS'))).toEqual([dispatched]);
    expect(shipment(dispatched).when((it) => it.dispatch('EXPRESS'))).toEqual([]);
  });

  it('[SS15] given a refusal, when it is dispatched, then it stays refused', () => {
    const failed = shipment().when((it) => it.fail('CARRIER_REFUSED'));
    expect(failed).toEqual([{ type: 'SHIPMENT_FAILED', data: { reason: 'CARRIER_REFUSED' } }]);
    expect(shipment(...failed).when((it) => it.dispatch('EXPRESS'))).toEqual([]);
  });

  it('[SS15] given one or none, when it is cancelled, then it is called back or never sent', () => {
    expect(shipment(dispatched).when((it) => it.cancel())).toEqual([cancelled]);
    expect(shipment().when((it) => it.cancel())).toEqual([cancelled]);
    expect(shipment(cancelled).when((it) => it.dispatch('EXPRESS'))).toEqual([]);
  });

  it('quotes in cents', () => {
    expect([quoteFor('EX', 1_200), quoteFor('YY', 1_200)]).toEqual([
      { price: 490, days: 2 },
      { price: 1_110, days: 5 },
    ]);
  });
});
