import { describe, expect, it } from 'vitest';
import { expectedOf } from './expected';
import { planOf, type Shape } from './plan';

const standard: Shape = { orders: 100, mix: 'standard' };

describe('a plan is a pure function of seed, shape and number', () => {
  it('given a hundred orders, then 60 are web and 20 pos by choreography, and 20 orchestrated', () => {
    const orders = planOf(1, standard).orders();
    const count = (channel: string, fulfilment: string): number =>
      orders.filter((order) => order.channel === channel && order.fulfilment === fulfilment).length;
    expect([count('web', 'choreography'), count('pos', 'choreography'), count('web', 'orchestration')]).toEqual([60, 20, 20]);
  });

  it('given the same seed, then the same orders and faults; given another, then others', () => {
    const shape: Shape = { ...standard, share: { declined: { of100: 10 } } };
    expect(planOf(7, shape).orders()).toEqual(planOf(7, shape).orders());
    const declined = (seed: number): number[] =>
      planOf(seed, shape)
        .orders()
        .flatMap(({ n, marks }) => (marks.includes('declined') ? [n] : []));
    expect(declined(7)).not.toEqual(declined(8));
  });

  it('given fewer or more orders, then the shares are the same, and at least one', () => {
    const shape: Shape = { ...standard, share: { declined: { of100: 10 } } };
    const declined = (size: number): number =>
      planOf(3, shape, size)
        .orders()
        .filter(({ marks }) => marks.includes('declined')).length;
    expect([declined(5), declined(20), declined(100), declined(250)]).toEqual([1, 2, 10, 25]);
  });

  it('given an order id, then its faults are known by the id alone', () => {
    const plan = planOf(9, { ...standard, share: { declined: { of100: 10 } } });
    for (const { orderId, marks } of plan.orders()) expect(plan.faults.ofOrder(orderId)).toEqual(marks);
    expect(plan.faults.ofOrder('ord-x-00001')).toEqual([]);
    expect(plan.faults.ofOrder('anything')).toEqual([]);
  });

  it('given no end, then the thousandth order is there too, and old blocks can be asked again', () => {
    const plan = planOf(2, standard, Infinity);
    const first = plan.order(1);
    expect(plan.order(9_999).orderId).toBe('ord-2-09999');
    expect(plan.order(1)).toEqual(first);
  });
});

describe('the counts of a hundred orders are the specification’s', () => {
  const counts = (share: Shape['share'] = {}): Readonly<Record<string, number>> => expectedOf(planOf(1, { ...standard, share }));

  it('happy-path: 100 of each chain event, order.placed 80 Kafka and 20 RabbitMQ, ledger 200, no dead letter', () => {
    expect(counts()).toMatchObject({
      'order.placed': 100,
      'order.placed@kafka': 80,
      'order.placed@rabbitmq': 20,
      'inventory.reserved': 100,
      'payment.completed': 100,
      'shipment.dispatched': 100,
      'order.completed': 100,
      'inventory.committed': 100,
      'ledger.rows': 200,
      'ledger.sum': 0,
      dead: 0,
    });
  });

  it('payment-failure: 10 failed, released, cancelled; 90 completed', () => {
    expect(counts({ declined: { of100: 10 } })).toMatchObject({
      'payment.failed': 10,
      'inventory.released': 10,
      'order.cancelled': 10,
      'order.completed': 90,
      'payment.refunded': 0,
    });
  });

  it('inventory-short: 10 failed reservations and cancellations, 90 payments, nothing released', () => {
    expect(counts({ 'out-of-stock': { of100: 10 } })).toMatchObject({
      'inventory.reservation.failed': 10,
      'order.cancelled': 10,
      'payment.completed': 90,
      'inventory.released': 0,
    });
  });

  it('shipment-failure: 5 refunded, released, cancelled; ledger 210', () => {
    expect(counts({ 'shipment-fails': { of100: 5 } })).toMatchObject({
      'payment.refunded': 5,
      'inventory.released': 5,
      'order.cancelled': 5,
      'ledger.rows': 210,
    });
  });

  it('stuck-saga: 3 choreographed orders stay open, 97 complete', () => {
    expect(counts({ 'silent-shipping': { of100: 3, among: 'choreographed' } })).toMatchObject({ 'orders.open': 3, 'order.completed': 97 });
  });
});
