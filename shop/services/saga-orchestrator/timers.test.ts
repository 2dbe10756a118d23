import { expect, it, vi } from 'vitest';
import type { Lease } from '../../kernel/db/lease';
import type { Orchestrator } from './orchestrator';
import type { SagaLog } from './saga-log';
import { SagaTimers } from './timers';

it('[SS17] no step is given up while the broker is away, nor before everybody has had time to come back', async () => {
  let [now, reachable, looks] = [1_000, false, 0];
  const rung: string[] = [];
  const timers = new SagaTimers({
    log: { due: () => [{ saga: 's-1', step: 'payment.charge' }] } as unknown as SagaLog,
    orchestrator: { ring: async (saga: string) => void rung.push(saga) } as unknown as Orchestrator,
    lease: { hold: () => true, release: () => {} } as unknown as Lease,
    clock: () => now,
    reachable: () => reachable,
    recoveryMs: 15_000,
    logger: { error: () => {} },
    everyMs: 1,
    afterEach: () => void (looks += 1),
  });
  const lookedAgain = async (): Promise<void> => {
    // The look that was under way, and a whole one after it.
    const before = looks;
    await vi.waitFor(() => expect(looks).toBeGreaterThan(before + 1), { timeout: 30_000, interval: 2 });
  };
  timers.start();
  await lookedAgain();
  expect(rung).toEqual([]);

  reachable = true;
  now += 14_999;
  await lookedAgain();
  expect(rung).toEqual([]);

  now += 1;
  await vi.waitFor(() => expect(rung).toContain('s-1'), { timeout: 30_000, interval: 2 });
  await timers.stop();
});
