import type { FastifyInstance } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { tooMany } from '../../kernel/http-server/http-errors';

/** Requests of one caller within ten seconds. Prices and stock are what crawlers ask for, so they have less. */
const LIMITS = { stock: 200, others: 20_000 } as const;
const WINDOW_SECONDS = 10;

/** Answers 429 with Retry-After to who asks too much. */
export function limitRequests(app: FastifyInstance, windowSeconds = WINDOW_SECONDS): void {
  const limiters = {
    stock: new RateLimiterMemory({ points: LIMITS.stock, duration: windowSeconds }),
    others: new RateLimiterMemory({ points: LIMITS.others, duration: windowSeconds }),
  };
  app.addHook('onRequest', async ({ url, ip }) => {
    try {
      await limiters[url.startsWith('/stock/') ? 'stock' : 'others'].consume(ip);
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) throw tooMany(refusal.msBeforeNext / 1_000);
      throw refusal;
    }
  });
}
