import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TooEarly } from '../../../kernel/domain-events/aggregate';
import { given } from '../../../kernel/domain-events/given.fixture';
import { Reservation, type ReservationEvent } from './reservation';
import { Stock } from './stock';

const lines = [{ productId: 'lamp', quantity: 2 }];
const made: ReservationEvent = { type: 'RESERVATION_MADE', data: { lines } };

describe('the stock of a product', () => {
  it('[SS13] given 3 pieces, when 2 are reserved, then 1 is available; 2 more are refused', () => {
    const stock = given(Stock.type, { type: 'STOCK_RECEIVED', data: { quantity: 3 } });
    expect(stock.when((it) => it.reserve('o', 2))).toEqual([{ type: 'STOCK_RESERVED', data: { orderId: 'o', quantity: 2 } }]);
    expect(() =>
      stock.when((it) => {
        it.reserve('o', 2);
        it.reserve('p', 2);
      }),
    ).toThrow('2 of 1');
  });

  it('[SS13] is never negative, and nothing vanishes but what was sold', () => {
    const act = fc.record({ kind: fc.constantFrom('receive', 'reserve', 'release', 'commit'), quantity: fc.integer({ min: 1, max: 5 }) });
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const stock = Stock.type.create('lamp', Stock.type.initial, 0);
        const held: number[] = [];
        let [received, sold] = [0, 0];
        for (const { kind, quantity } of acts) {
          if (kind === 'receive') stock.receive(quantity);
          if (kind === 'receive') received += quantity;
          if (kind === 'reserve' && stock.has(quantity)) {
            stock.reserve('o', quantity);
            held.push(quantity);
          }
          const mine = kind === 'release' || kind === 'commit' ? held.pop() : undefined;
          if (mine !== undefined && kind === 'release') stock.release('o', mine);
          if (mine !== undefined && kind === 'commit') stock.commit('[SS13] o', mine);
          if (mine !== undefined && kind === 'commit') sold += mine;
          expect(stock.state.available).toBeGreaterThanOrEqual(0);
        }
        expect(stock.state.available + stock.state.reserved + sold).toBe(received);
      }),
    );
  });
});

describe('a reservation', () => {
  const reservation = (...past: readonly ReservationEvent[]) => given(Reservation.type, ...past);

  it('[SS13] given none, when it is asked for, then it is made or refused, once', () => {
    expect(reservation().when((it) => it.make(lines))).toEqual([made]);
    expect(reservation(made).when((it) => it.make(lines))).toEqual([]);
    const refused = reservation().when((it) => it.refuse('INSUFFICIENT_STOCK', ['lamp']));
    expect(refused).toMatchObject([{ type: 'RESERVATION_REFUSED', data: { unavailable: ['lamp'] } }]);
    expect(reservation(...refused).when((it) => it.make(lines))).toEqual([]);
  });

  it('[SS13] given one, when it is given back twice, then its lines come back once; never after they were taken', () => {
    const released: ReservationEvent = { type: 'RESERVATION_RELEASED', data: {} };
    expect(reservation(made).when((it) => expect(it.release()).toEqual(lines))).toEqual([released]);
    expect(reservation(made, released).when((it) => expect(it.release()).toEqual([]))).toEqual([]);
    expect(reservation(made, { type: 'RESERVATION_COMMITTED', data: {} }).when((it) => expect(it.release()).toEqual([]))).toEqual([]);
  });

  it('[SS13] given none, when the undo comes first, then none is ever made; a commit is too early', () => {
    const barred = reservation().when((it) => expect(it.release()).toEqual([]));
    expect(reservation(...barred).when((it) => it.make(lines))).toEqual([]);
    expect(() => reservation().when((it) => it.commit())).toThrow(TooEarly);
  });
});
