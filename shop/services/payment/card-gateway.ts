import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults } from '../../kernel/faults';
import { createGuard, TargetFault, type Guard } from '../../kernel/http-client/guard';
import type { Parts } from '../../kernel/parts';

export type Authorisation = 'approved' | 'declined';

/** The bank's side. Asking again for the same order gives the same answer. */
export interface CardGateway {
  authorise(orderId: string, signal: AbortSignal): Promise<Authorisation>;
}

const GAUGE = { closed: 0, 'half-open': 0.5, open: 1 } as const;
/** It opens before the last of a message's four attempts, however few messages there are. */
const LIMITS = { concurrent: 20, queued: 200, failures: 3, openMs: 2_000, timeoutMs: 5_000, retries: 1 };
const LOOK_AGAIN_MS = 250;

/**
 * A bank that never sleeps but when told to, behind a breaker: while it is away only one call in a while finds out, and whoever has a charge to make
 * waits for it as long as their message may take.
 */
export function openCardGateway({ faults, config, metrics }: Pick<Parts, 'faults' | 'config' | 'metrics'>): CardGateway {
  const guard: Guard = createGuard(
    'card-gateway',
    {
      ...LIMITS,
      openMs: config.time(LIMITS.openMs),
      timeoutMs: Math.max(1_000, config.time(LIMITS.timeoutMs)),
      retryDelayMs: config.time(100),
    },
    (state) => metrics.circuitBreakerState.set({ service: 'card-gateway' }, GAUGE[state]),
  );
  return {
    authorise: async (orderId, signal) => {
      for (;;) {
        try {
          return await guard.run(() => ask(faults, orderId), { idempotent: true });
        } catch (error) {
          if (signal.aborted || guard.state() === 'closed') throw error;
          await sleep(config.time(LOOK_AGAIN_MS), undefined, { signal });
        }
      }
    },
  };
}

async function ask(faults: Faults, orderId: string): Promise<Authorisation> {
  if (faults.cardGatewayDown()) throw new TargetFault('card-gateway cannot be reached');
  return faults.declined(orderId) ? 'declined' : 'approved';
}
