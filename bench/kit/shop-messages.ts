import { randomBytes, randomUUID } from 'node:crypto';

/** A message of a shop: JSON of about 600 bytes with random words, six headers, five messages to a trace and an order. */
export interface ShopMessage {
  readonly key: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const TYPES = ['order.placed', 'inventory.reserved', 'payment.completed', 'order.shipped', 'order.completed'] as const;
const SOURCES = ['order-service', 'inventory-service', 'payment-service', 'shipping-service', 'order-service'] as const;

/** An endless row of them. */
export function shopMessages(): () => ShopMessage {
  let at = 0;
  let trace = '';
  let order = '';
  return () => {
    const step = at++ % TYPES.length;
    if (step === 0) {
      trace = randomBytes(16).toString('hex');
      order = `o-${randomUUID().slice(0, 13)}`;
    }
    const [type, source] = [TYPES[step]!, SOURCES[step]!];
    return shopMessage({ type, source, order, trace, id: randomUUID() });
  };
}

export function shopMessage({
  type,
  source,
  order,
  trace,
  id,
}: {
  type: string;
  source: string;
  order: string;
  trace: string;
  id: string;
}): ShopMessage {
  const now = new Date().toISOString();
  const items = Array.from({ length: 4 }, (_, i) => ({
    sku: word(),
    quantity: i + 1,
    price: Math.round(Math.random() * 10_000) / 100,
    note: `${word()} ${word()}`,
  }));
  const body = {
    id,
    type,
    source,
    data: { orderId: order, customerId: `c-${Math.floor(Math.random() * 50_000)}`, items, address: { city: word(), street: word() } },
    timestamp: now,
    version: '1.0',
    metadata: { correlationId: order },
  };
  return {
    key: order,
    type,
    headers: {
      'event-id': id,
      'event-type': type,
      source,
      'correlation-id': order,
      'published-at': now,
      traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01`,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

const word = (): string => `${WORDS[Math.floor(Math.random() * WORDS.length)]!}${Math.floor(Math.random() * 900)}`;
const WORDS = [
  'amber',
  'birch',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'harbor',
  'indigo',
  'juniper',
  'kelp',
  'lagoon',
  'meadow',
  'nectar',
  'ochre',
  'pine',
];
