import { describe, expect, it, onTestFinished } from 'vitest';
import { CallRefused, CallTimedOut, createGuard, TargetFault, type BreakerState } from './guard';

const held = () => {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  return { gate, release };
};
const fault = () => Promise.reject(new TargetFault('down'));

describe('guard', () => {
  it('[SH4] 200 calls held at a bulkhead of 5 + 10: 15 in, 185 refused', async () => {
    const { gate, release } = held();
    const guard = createGuard('user-service', { concurrent: 5, queued: 10, timeoutMs: 60_000 });
    let made = 0;
    const calls = Array.from({ length: 200 }, () =>
      guard.run(async () => {
        made++;
        await gate;
        return 'ok';
      }),
    );
    const refused = calls.map((call) =>
      call.then(
        () => false,
        (error: unknown) => error instanceof CallRefused && error.reason === 'bulkhead-full',
      ),
    );
    release();
    expect((await Promise.all(refused)).filter(Boolean)).toHaveLength(185);
    expect(made).toBe(15);
  });

  it('[SH3] five faults open the circuit, a probe closes it', async () => {
    const states: BreakerState[] = [];
    const guard = createGuard('card-gateway', { concurrent: 10, queued: 0, openMs: 1 }, (state) => states.push(state));
    for (let n = 0; n < 5; n++) await expect(guard.run(fault)).rejects.toBeInstanceOf(TargetFault);
    expect(states).toEqual(['open']);
    await expect.poll(() => guard.run(() => Promise.resolve('up')).catch((error: unknown) => error)).toBe('up');
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('[SH3] an open circuit refuses without a call, and its caller learns for how long', async () => {
    const guard = createGuard('card-gateway', { concurrent: 10, queued: 0, openMs: 600_000 });
    for (let n = 0; n < 5; n++) await guard.run(fault).catch(() => undefined);
    await expect(guard.run(() => Promise.resolve('up'))).rejects.toMatchObject({ reason: 'circuit-open', retryAfterMs: 600_000 });
  });

  it('[SH3] only idempotent calls are tried again, and the breaker counts each call once', async () => {
    const guard = createGuard('order-service', { concurrent: 1, queued: 0, retries: 2, retryDelayMs: 1 });
    let calls = 0;
    const failing = () => {
      calls++;
      return fault();
    };
    await guard.run(failing).catch(() => undefined);
    expect(calls).toBe(1);
    for (let n = 0; n < 3; n++) await guard.run(failing, { idempotent: true }).catch(() => undefined);
    expect([calls, guard.state()]).toEqual([10, 'closed']);
  });

  it('[SH3] a meant refusal is no fault', async () => {
    const guard = createGuard('order-service', { concurrent: 1, queued: 0 });
    for (let n = 0; n < 9; n++) await guard.run(() => Promise.reject(new Error('404'))).catch(() => undefined);
    expect(guard.state()).toBe('closed');
  });

  it('[SH3] names a timeout and a rate limit', async () => {
    const slow = createGuard('a', { concurrent: 1, queued: 0, timeoutMs: 1 });
    await expect(slow.run(() => new Promise(() => undefined))).rejects.toBeInstanceOf(CallTimedOut);
    const limited = createGuard('b', { concurrent: 9, queued: 0, perSecond: 2 });
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => limited.run(() => Promise.resolve(n))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  it('calls that had to wait for their turn leave no listener behind', async () => {
    const warnings: string[] = [];
    const warned = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const guard = createGuard('user-service', { concurrent: 1, queued: 100 });
    await Promise.all(Array.from({ length: 50 }, () => guard.run(() => new Promise((resolve) => setImmediate(resolve)))));
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).toEqual([]);
  });
});
