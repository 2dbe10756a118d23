import type { Parts } from '../../kernel/parts';

/** Prices as last heard. The gateway's queue is its own and goes with it: what is said while it is away it never hears. */
export interface Prices {
  all(): { readonly heard: number; readonly prices: Readonly<Record<string, { readonly price: number; readonly currency: string }>> };
  stop(): Promise<void>;
  crash(): void;
}

export async function listenToPrices(parts: Parts): Promise<Prices> {
  let heard = 0;
  const prices = new Map<string, { price: number; currency: string }>();
  const listener = await parts.listen({ broker: 'rabbitmq', channel: 'shop.broadcast' }, (event) => {
    const { productId, price, currency } = event.data;
    if (event.type !== 'price.changed' || typeof price !== 'number') return;
    heard += 1;
    prices.set(String(productId), { price, currency: String(currency) });
  });
  return { all: () => ({ heard, prices: Object.fromEntries(prices) }), stop: () => listener.stop(), crash: () => prices.clear() };
}
