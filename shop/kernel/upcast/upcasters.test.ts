import { describe, expect, it } from 'vitest';
import { Upcasters } from './upcasters';

const upcasters = new Upcasters([
  { type: 'x', from: '1.0', to: '1.1', up: (data) => ({ ...data, currency: 'EUR' }) },
  { type: 'x', from: '1.1', to: '2.0', up: ({ price, ...data }) => ({ ...data, unitPrice: price }) },
]);

describe('upcasters', () => {
  it('[SS4] lead from any version to the newest one', () => {
    const newest = { version: '2.0.0', data: { currency: 'EUR', unitPrice: 3 } };
    expect(upcasters.upcast('x', '1', { price: 3 })).toEqual(newest);
    expect(upcasters.upcast('x', '1.1.0', { price: 3, currency: 'EUR' })).toEqual(newest);
    expect(upcasters.upcast('x', '2.0', newest.data)).toEqual(newest);
  });

  it('[SS4] leave what they do not know as it is', () => {
    expect(upcasters.upcast('y', '1.0', { price: 3 })).toEqual({ version: '1.0.0', data: { price: 3 } });
  });
});
