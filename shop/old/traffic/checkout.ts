import { setTimeout as sleep } from 'node:timers/promises';
import { chanceFrom } from '../kernel/chance';
import { makeEvent, toMessage } from '../kernel/envelope';
import type { Faults } from '../kernel/faults';
import type { Connect, RunningService } from '../kernel/service';

export interface Traffic {
  readonly seed: number;
  /** Orders per second. */
  readonly rate: number;
  /** Stop after this many; without it, for ever. */
  readonly orders?: number;
}

const PRODUCTS = ['lamp', 'kettle', 'desk', 'chair', 'shelf', 'clock'] as const;

/** Customers at the checkout: requests orders at an even pace, as a pure function of (seed, number). */
export async function startCheckout(
  connect: Connect,
  { seed, rate, orders = Infinity }: Traffic,
  faults: () => Faults,
): Promise<RunningService & { readonly done: Promise<number> }> {
  const { queues, logs, close } = await connect('checkout');
  const chance = chanceFrom(seed);
  const stop = new AbortController();

  const run = async (): Promise<number> => {
    let sent = 0;
    for (let n = 1; n <= orders && !stop.signal.aborted; n += 1) {
      const order = anOrder(seed, n, chance);
      const event = makeEvent('checkout', 'order.requested', order);
      const message = toMessage(event, 'A', event.type);
      const broken = chance() < faults().poison;
      await queues.publish('shop.events', broken ? { ...message, body: new TextEncoder().encode('{"id": "cut off') } : message);
      if (n % 5 === 0) await logs.publish('price-feed', aPrice(chance));
      sent += 1;
      await sleep(1_000 / rate, undefined, { signal: stop.signal }).catch(() => {});
    }
    return sent;
  };
  const done = run();
  return {
    done,
    stop: async () => {
      stop.abort();
      await done.catch(() => {});
      await close();
    },
  };
}

function anOrder(seed: number, n: number, chance: () => number): Record<string, unknown> {
  const items = Array.from({ length: 1 + Math.floor(chance() * 3) }, () => ({
    productId: PRODUCTS[Math.floor(chance() * PRODUCTS.length)] ?? 'lamp',
    quantity: 1 + Math.floor(chance() * 3),
    unitPrice: 500 + Math.floor(chance() * 9_500),
  }));
  return {
    orderId: `ord-${seed.toString(36)}${n.toString(36).padStart(5, '0')}`,
    customerId: `cus-${Math.floor(chance() * 500)}`,
    items,
    total: items.reduce((sum, item) => sum + item.quantity * item.unitPrice, 0),
    currency: 'EUR',
  };
}

/** A feed that an old program writes: no envelope, no headers, no name. */
function aPrice(chance: () => number): Parameters<Awaited<ReturnType<Connect>>['logs']['publish']>[1] {
  const product = PRODUCTS[Math.floor(chance() * PRODUCTS.length)] ?? 'lamp';
  const body = new TextEncoder().encode(JSON.stringify({ sku: product, cents: 500 + Math.floor(chance() * 9_500) }));
  return { id: '', type: '', key: product, contentType: '', headers: {}, body };
}
