import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError, TooEarly } from '../../../kernel/domain-events/aggregate';
import { given } from '../../../kernel/domain-events/given.fixture';
import { WIRE_UPCASTERS } from '../../../schemas/upcasters';
import { evolveOrder, Order, totalOf } from './order';
import type { OrderDetails, OrderEvent } from './order-events';
import { ORDER_UPCASTERS } from './order-upcasters';

const details: OrderDetails = {
  userId: 'usr-1',
  channel: 'web',
  fulfilment: 'choreography',
  lines: [{ productId: 'lamp', quantity: 2, unitPrice: 2_900 }],
  currency: 'EUR',
  placedVersion: '1.1.0',
};
const created: OrderEvent = { type: 'ORDER_CREATED', data: details };
const placed: OrderEvent = { type: 'ORDER_PLACED', data: { lines: details.lines, currency: 'EUR' } };
const paid: OrderEvent = { type: 'PAYMENT_CONFIRMED', data: { paymentId: 'pay-1' } };
const shipped: OrderEvent = { type: 'ORDER_SHIPPED', data: { shipmentId: 'shp-1' } };
const completed: OrderEvent = { type: 'ORDER_COMPLETED', data: {} };
const cancelled: OrderEvent = { type: 'ORDER_CANCELLED', data: { reason: 'CARD_DECLINED' } };

const order = (...past: readonly OrderEvent[]) => given(Order.type, ...past);

describe('an order', () => {
  it('[SS12] given nothing, when it is created, then it is; twice is once; without lines it is refused', () => {
    expect(order().when((it) => it.create(details))).toEqual([created]);
    expect(order(created).when((it) => it.create(details))).toEqual([]);
    expect(() => order().when((it) => it.create({ ...details, lines: [] }))).toThrow(DomainError);
  });

  it('[SS12] given each step, when the next news come, then it goes on', () => {
    expect(order(created).when((it) => it.place())).toEqual([placed]);
    expect(order(created, placed).when((it) => it.confirmPayment('pay-1'))).toEqual([paid]);
    expect(order(created, placed, paid).when((it) => it.ship('shp-1'))).toEqual([shipped]);
    expect(order(created, placed, paid, shipped).when((it) => it.complete())).toEqual([completed]);
  });

  it('[SS12] given a placed order, when the shipment comes before the payment, then it is too early', () => {
    expect(() => order(created, placed).when((it) => it.ship('shp-1'))).toThrow(TooEarly);
    expect(() => order().when((it) => it.place())).toThrow(TooEarly);
  });

  it('[SS12] given an end, when news come late, then nothing changes; a completed order cannot be cancelled', () => {
    expect(order(created, placed, cancelled).when((it) => it.confirmPayment('pay-1'))).toEqual([]);
    expect(order(created, placed, cancelled).when((it) => it.cancel('OTHER'))).toEqual([]);
    expect(order(created, placed, paid, shipped, completed).when((it) => it.ship('shp-2'))).toEqual([]);
    expect(() => order(created, placed, paid, shipped, completed).when((it) => it.cancel('CHANGED_MIND'))).toThrow(
      'ORDER_ALREADY_COMPLETED',
    );
  });

  it('[SS12] ends once, whatever comes in which order and however often', () => {
    const acts: ((it: Order) => void)[] = [
      (it) => it.create(details),
      (it) => it.place(),
      (it) => it.confirmPayment('pay-1'),
      (it) => it.ship('shp-1'),
      (it) => it.complete(),
      (it) => it.cancel('X'),
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(acts.length - 1), { maxLength: 40 }), (turns) => {
        const it = Order.type.create('1', Order.type.initial, 0);
        for (const turn of turns) {
          try {
            acts[turn]?.(it);
          } catch (error) {
            expect(error instanceof TooEarly || error instanceof DomainError).toBe(true);
          }
        }
        const types = it.pending.map(({ type }) => type);
        expect(new Set(types).size).toBe(types.length);
        expect(types.filter((type) => type === 'ORDER_COMPLETED' || type === 'ORDER_CANCELLED').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('adds up its lines in cents', () => {
    expect(totalOf(details)).toBe(5_800);
  });
});

describe('older versions of a placed order', () => {
  const old = { lines: [{ productId: 'lamp', quantity: 2, price: 2_900 }] };

  it('[SS4] are read from the store as the newest one', () => {
    const { data } = ORDER_UPCASTERS.upcast('ORDER_PLACED', '1.0', old);
    expect(data).toEqual(placed.data);
    expect(evolveOrder(order(created).state(), { type: 'ORDER_PLACED', data } as OrderEvent).status).toBe('placed');
  });

  it('[SS4] are read from the wire as the newest one', () => {
    const item = { productId: 'lamp', quantity: 2 };
    const newest = { orderId: '1', items: [{ ...item, unitPrice: 29 }], currency: 'EUR' };
    expect(WIRE_UPCASTERS.upcast('order.placed', '1.0', { orderId: '1', items: [{ ...item, price: 29 }] }).data).toEqual(newest);
    expect(WIRE_UPCASTERS.upcast('order.placed', '1.1', { orderId: '1', items: [{ ...item, price: 29 }], currency: 'EUR' }).data).toEqual(
      newest,
    );
    expect(WIRE_UPCASTERS.upcast('order.placed', '2.0', newest).data).toEqual(newest);
  });
});
