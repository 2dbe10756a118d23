import { toExchange } from '../kernel/channels';
import { browse } from '../traffic/browse';
import { brokenCommand, message } from './messages';
import type { Run, Scenario, Step } from './scenario';
import { meanwhile, orders, pause, signUp } from './steps';

/** Does it again and again until the run ends; what fails for once (a service that is just away) is nothing. */
const every =
  (ms: number, work: (run: Run, n: number) => Promise<unknown>): Step =>
  async (run) => {
    for (let n = 1; !run.signal.aborted; n += 1) {
      await pause(ms)(run);
      if (!run.signal.aborted) await work(run, n).catch(() => undefined);
    }
  };

const about = (run: Run, word: string, n: number): string => `${word}-${run.plan.seed}-${n}`;

/** What else goes on in a shop, beside its orders. */
const sundries = meanwhile(
  every(4_000, ({ customers, plan }, n) =>
    customers.ask('api-gateway', 'POST', '/quotes', { quoteId: `quo-${plan.seed}-${n}`, country: 'EX', weightGrams: 800 }),
  ),
  every(7_000, (run, n) =>
    run.world.publisher.publish(
      message(
        'price.changed',
        about(run, 'price', n),
        { productId: 'lamp', price: 25 + (n % 10), currency: 'EUR' },
        toExchange('shop.broadcast'),
      ),
    ),
  ),
  every(11_000, (run, n) =>
    run.world.publisher.publish(
      message('report.build', about(run, 'rep', n), { reportId: about(run, 'rep', n), kind: 'sales-by-product' }),
    ),
  ),
  // A program that nobody knows any more: it breaks its messages, and says nothing about itself.
  every(20_000, ({ world }) => world.transports.rabbitmq.publish('shop.commands', brokenCommand())),
  every(31_000, (run, n) =>
    run.world.publisher.publish(message('weather.changed', about(run, 'weather', n), {}, toExchange('ecommerce.events'))),
  ),
  every(500, ({ world, signal }) => browse(world, { perSecond: 6, seconds: 0.5, signal })),
);

/** A little of all, for ever. */
export const mixed: Scenario = {
  name: 'mixed',
  shows: 'a little of all',
  rate: 1.5,
  steps: [signUp, meanwhile(orders(), sundries)],
  shape: {
    orders: Infinity,
    mix: 'standard',
    share: {
      declined: { of100: 6 },
      'out-of-stock': { of100: 4 },
      'shipment-fails': { of100: 3 },
      'silent-shipping': { of100: 3 },
      'refund-fails': { of100: 1, among: 'orchestrated', with: 'shipment-fails' },
      'mail-throws': { of100: 4 },
      'sent-twice': { of100: 3 },
      'late-payment-news': { of100: 3, among: 'choreographed' },
    },
    lateQuotes: 2,
  },
};
