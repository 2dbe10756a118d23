import { Upcasters } from '../../../kernel/upcast/upcasters';

type Data = Readonly<Record<string, unknown>>;

const renamed = ({ price, ...line }: Data): Data => ({ ...line, unitPrice: price });

/** `ORDER_PLACED` as it was stored: 1.0 had `price` and no currency, 1.1 a currency, 2.0 calls the price of one piece `unitPrice`. */
export const ORDER_UPCASTERS = new Upcasters([
  { type: 'ORDER_PLACED', from: '1.0.0', to: '1.1.0', up: (data) => ({ ...data, currency: 'EUR' }) },
  {
    type: 'ORDER_PLACED',
    from: '1.1.0',
    to: '2.0.0',
    up: (data) => ({ ...data, lines: (data.lines as readonly Data[]).map(renamed) }),
  },
]);
