import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../shop/scenarios/scenarios';
import { openWatchedShop, type WatchedShop } from './watched-shop.fixture';

/** Eventyard beside the shop on real brokers: what it has stored is compared with the plan, in distinct messages. */
describe.each(['happy-path', 'payment-failure', 'duplicate-delivery', 'transaction-abort', 'poison-message'] as const)(
  'what Eventyard has stored of %s',
  (scenario) => {
    let watched: WatchedShop;
    beforeAll(async () => {
      // Slowly, so that there are five batches of a second, and one that aborts.
      watched = await openWatchedShop(scenario, 20, scenario === 'transaction-abort' ? 2 : 20);
    });
    afterAll(() => watched.close());

    it('[T0] is what the plan says, exactly', async () => {
      const outcome = await watched.play();
      expect(outcome.differences).toEqual([]);
      const types = Object.keys(outcome.expected).filter(
        (key) => /^[a-z]+\.[a-z.]+$/.test(key) && !/^(orders|ledger|dead|seen|outbox|sent|failed|worked)\./.test(key),
      );
      const wanted = Object.fromEntries(
        types.map((type) => [type, (outcome.expected[type] ?? 0) + (SCENARIOS[scenario].strays?.[type] ?? 0)]),
      );
      await expect.poll(() => watched.storedDistinct(types), { timeout: 120_000, interval: 500 }).toEqual(wanted);
    });
  },
);
