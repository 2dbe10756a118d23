import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begin, decide, foldSaga, STEPS, type Command, type Line, type News } from './order-saga';

const real = (ms: number): number => ms;

/** Plays news into a saga as its services would send them; the log is all that is kept. */
function saga() {
  let now = 0;
  const log: Line[] = begin(now, real);
  const tell = (news: News): void => void log.push(...decide(foldSaga(log), news, now, real));
  const lastOf = (command: Command): Line | undefined => log.findLast(({ step }) => step === command);
  return {
    log,
    tell,
    ok: (command: Command, data = {}) => tell({ kind: 'answer', command, ok: true, data }),
    failed: (command: Command, reason = 'NO') => tell({ kind: 'answer', command, ok: false, data: { reason } }),
    /** The command's timer rings. */
    due: (command: Command) => {
      now = lastOf(command)?.due ?? now;
      tell({ kind: 'due', command });
    },
    sends: (): string[] => log.filter(({ state }) => state === 'sent').map(({ step }) => step),
    status: () => foldSaga(log).status,
    now: () => now,
    lastOf,
  };
}

describe('the saga of an order', () => {
  it('[SS16] goes step by step, each after the answer to the one before', () => {
    const it = saga();
    for (const step of STEPS) {
      expect(it.sends().at(-1)).toBe(step);
      it.ok(step, { [`${step}Id`]: '1' });
    }
    expect([it.sends(), it.status()]).toEqual([[...STEPS], 'completed']);
    expect(foldSaga(it.log).answers).toHaveProperty(['payment.chargeId'], '1');
  });

  it('[SS16] undoes what was done, newest first, and cancels the order last', () => {
    const it = saga();
    it.ok('inventory.reserve');
    it.ok('payment.charge');
    it.failed('shipping.dispatch', 'CARRIER_REFUSED');
    for (const command of ['payment.refund', 'inventory.release', 'order.cancel'] as const) {
      expect(it.sends().at(-1)).toBe(command);
      it.ok(command);
    }
    expect(it.status()).toBe('compensated');
    expect(foldSaga(it.log).reason).toBe('CARRIER_REFUSED');
  });

  it('[SS16] undoes nothing of a first step that failed', () => {
    const it = saga();
    it.failed('inventory.reserve', 'INSUFFICIENT_STOCK');
    it.ok('order.cancel');
    expect([it.sends(), it.status()]).toEqual([['inventory.reserve', 'order.cancel'], 'compensated']);
  });

  it('[SS17] asks a silent step four times in all, 1, 2 and 4 s after each 5 s, then undoes it too', () => {
    const it = saga();
    it.ok('inventory.reserve');
    it.ok('payment.charge');
    const at: number[] = [];
    for (let send = 1; send <= 4; send += 1) {
      at.push(it.now());
      it.due('shipping.dispatch');
      if (send < 4) it.due('shipping.dispatch');
    }
    expect(at).toEqual([0, 6_000, 13_000, 22_000]);
    expect(it.sends().filter((step) => step === 'shipping.dispatch')).toHaveLength(4);
    for (const command of ['shipping.cancel', 'payment.refund', 'inventory.release', 'order.cancel'] as const) it.ok(command);
    expect(it.status()).toBe('compensated');
  });

  it('[SS18] sends a failing undo six times while the others go on, then gives it to a person', () => {
    const it = saga();
    it.ok('inventory.reserve');
    it.ok('payment.charge');
    it.failed('shipping.dispatch');
    it.failed('payment.refund', 'REFUND_FAILED');
    it.ok('inventory.release');
    it.ok('order.cancel');
    expect(it.status()).toBe('compensating');
    for (let resend = 1; resend <= 5; resend += 1) {
      it.due('payment.refund');
      it.failed('payment.refund', 'REFUND_FAILED');
    }
    expect(it.sends().filter((step) => step === 'payment.refund')).toHaveLength(6);
    expect([it.lastOf('payment.refund')?.state, it.status()]).toEqual(['lost', 'partly-compensated']);
  });

  it('[SS17] never undoes because its last step is not answered: it repeats that one', () => {
    const it = saga();
    for (const step of STEPS.slice(0, 3)) it.ok(step);
    for (let ring = 0; ring < 20; ring += 1) it.due('order.complete');
    expect(it.status()).toBe('running');
    it.ok('order.complete');
    expect(it.status()).toBe('completed');
  });

  it('[SS16] undoes when somebody else cancels the order', () => {
    const it = saga();
    it.ok('inventory.reserve');
    it.tell({ kind: 'cancelled' });
    expect(it.sends().at(-1)).toBe('payment.refund');
  });

  it('[SS17] ends in one way only, whatever comes, in any order and however often', () => {
    const commands = [
      'inventory.reserve',
      'payment.charge',
      'shipping.dispatch',
      'order.complete',
      'shipping.cancel',
      'payment.refund',
      'inventory.release',
      'order.cancel',
    ] as const;
    const news = fc.oneof(
      fc.record({ kind: fc.constant('answer' as const), command: fc.constantFrom(...commands), ok: fc.boolean(), data: fc.constant({}) }),
      fc.record({ kind: fc.constant('due' as const), command: fc.constantFrom(...commands) }),
    );
    fc.assert(
      fc.property(fc.array(news, { maxLength: 120 }), (all) => {
        const it = saga();
        for (const one of all) it.tell(one);
        const ends = it.log.filter(({ step, state }) => step === 'saga' && state !== 'running' && state !== 'compensating');
        expect(ends.length).toBeLessThanOrEqual(1);
        if (it.status() === 'completed') expect(it.sends().some((step) => step === 'order.cancel')).toBe(false);
        // What is not over has something to wait for.
        if (ends.length === 0) expect(it.log.some((line) => line.due !== null && it.lastOf(line.step as Command) === line)).toBe(true);
      }),
    );
  });
});
