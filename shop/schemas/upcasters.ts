import { Upcasters } from '../kernel/upcast/upcasters';

type Data = Readonly<Record<string, unknown>>;

const renamed = ({ price, ...item }: Data): Data => ({ ...item, unitPrice: price });

/**
 * How messages of older versions are read as the newest one. `order.placed`: 1.0 has `price` and no currency, 1.1 a currency, 2.0 calls the price of
 * one piece `unitPrice`.
 */
export const WIRE_UPCASTERS = new Upcasters([
  { type: 'order.placed', from: '1.0.0', to: '1.1.0', up: (data) => ({ ...data, currency: 'EUR' }) },
  {
    type: 'order.placed',
    from: '1.1.0',
    to: '2.0.0',
    up: (data) => ({ ...data, items: ((data.items ?? []) as readonly Data[]).map(renamed) }),
  },
]);
