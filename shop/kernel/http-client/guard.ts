import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/**
 * Protects a caller from the service it calls, from the outside in: rate limit → bulkhead → circuit breaker → timeout → retry. Each stands
 * before the next, so that a refused call costs nothing, and the breaker counts a call once, however often it was retried.
 */
export interface Guard {
  /** `idempotent` calls are tried again. @throws CallRefused, CallTimedOut, or what the call threw. */
  run<T>(call: (signal: AbortSignal) => Promise<T>, options?: { readonly idempotent?: boolean }): Promise<T>;
  readonly state: () => BreakerState;
}

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface GuardLimits {
  /** Calls under way at a time, and waiting for their turn. */
  readonly concurrent: number;
  readonly queued: number;
  readonly perSecond?: number;
  readonly timeoutMs?: number;
  readonly failures?: number;
  readonly openMs?: number;
  readonly retries?: number;
  readonly retryDelayMs?: number;
}

export type RefusalReason = 'rate-limited' | 'bulkhead-full' | 'circuit-open';

/** The call was not made. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';

  constructor(
    readonly target: string,
    readonly reason: RefusalReason,
    readonly retryAfterMs = 1_000,
  ) {
    super(`${target} was not called: ${reason}`);
  }
}

/** The call was made and nobody knows whether it had its effect. */
export class CallTimedOut extends Error {
  override readonly name = 'CallTimedOut';

  constructor(readonly target: string) {
    super(`${target} did not answer in time`);
  }
}

/** A fault of the target, as against a refusal that it meant: only faults open the breaker and are tried again. */
export class TargetFault extends Error {
  override readonly name = 'TargetFault';
}

const STATES: Readonly<Record<CircuitState, BreakerState>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
};

export function createGuard(target: string, limits: GuardLimits, onState: (state: BreakerState) => void = () => undefined): Guard {
  const isFault = handleWhen((error) => error instanceof TargetFault || error instanceof TaskCancelledError);
  const limiter = limits.perSecond === undefined ? null : new RateLimiterMemory({ points: limits.perSecond, duration: 1 });
  const breaker = circuitBreaker(isFault, {
    halfOpenAfter: limits.openMs ?? 10_000,
    breaker: new ConsecutiveBreaker(limits.failures ?? 5),
  });
  breaker.onStateChange((state) => onState(STATES[state]));
  const places = bulkhead(limits.concurrent, limits.queued);
  const inner = wrap(breaker, timeout(limits.timeoutMs ?? 5_000, TimeoutStrategy.Aggressive));
  const again = retry(
    handleWhen((error) => error instanceof TargetFault),
    { maxAttempts: limits.retries ?? 3, backoff: new ExponentialBackoff({ initialDelay: limits.retryDelayMs ?? 100, maxDelay: 2_000 }) },
  );

  return {
    state: () => STATES[breaker.state],
    run: async (call, { idempotent = false } = {}) => {
      if (limiter !== null) await takeTurn(limiter, target);
      try {
        // A signal of its own, given where the turn has come: the library's default one, which it gives to who had to wait, is shared by all calls and
        // collects their listeners.
        return await places.execute(() =>
          inner.execute(
            ({ signal }) => (idempotent ? again.execute((attempt) => call(attempt.signal), signal) : call(signal)),
            new AbortController().signal,
          ),
        );
      } catch (error) {
        if (error instanceof BulkheadRejectedError) throw new CallRefused(target, 'bulkhead-full');
        if (error instanceof BrokenCircuitError) throw new CallRefused(target, 'circuit-open', limits.openMs);
        if (error instanceof TaskCancelledError) throw new CallTimedOut(target);
        throw error;
      }
    },
  };
}

async function takeTurn(limiter: RateLimiterMemory, target: string): Promise<void> {
  try {
    await limiter.consume(target);
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) throw new CallRefused(target, 'rate-limited', refusal.msBeforeNext);
    throw refusal;
  }
}
