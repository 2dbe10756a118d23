import { describe, expect, it } from 'vitest';
import type { Problem } from '../kafka-errors';
import { backoffMs } from './signal';
import { TapStatus } from './tap-status';

const problem = (text: string): Problem => ({ code: 'broker-unreachable', text, cure: '', command: null });

describe('what the tap says of itself', () => {
  it('[K23] shows the first problem until it is solved, then the next, then live', () => {
    let now = 100;
    const told: string[] = [];
    const status = new TapStatus(
      () => now,
      (one) => told.push(one.text),
    );
    status.started();
    status.trouble('node 1', problem('one'), 150);
    now = 120;
    status.trouble('discovery', problem('two'), 170);
    status.trouble('node 1', problem('one'), 180);
    expect(status.state).toMatchObject({ status: 'retrying', problem: { text: 'one' }, since: 100, nextTryAt: 180 });
    status.solved('node 1');
    expect(status.state).toMatchObject({ status: 'retrying', problem: { text: 'two' } });
    status.solved('discovery');
    expect(status.state).toMatchObject({ status: 'live', problem: null, since: 120, nextTryAt: null });
    expect(told).toEqual(['one', 'two']);
  });

  it('is silent when nothing changes', () => {
    const status = new TapStatus(
      () => 0,
      () => undefined,
    );
    let calls = 0;
    status.listen(() => calls++);
    status.read(['a']);
    status.read(['a']);
    status.note({ kind: 'permission', subject: 'a', text: 'x' });
    status.note({ kind: 'permission', subject: 'a', text: 'x' });
    status.unnote('permission', 'b');
    status.pause(false);
    expect(calls).toBe(2);
  });

  it('closed is the last word', () => {
    const status = new TapStatus(
      () => 0,
      () => undefined,
    );
    status.trouble('node 1', problem('one'), 1);
    status.closed();
    expect(status.state.status).toBe('closed');
  });

  it('waits longer from failure to failure, never long, never the same for all', () => {
    expect([1, 2, 3, 4].map((failures) => backoffMs(failures, () => 1))).toEqual([250, 500, 1000, 2000]);
    expect(backoffMs(50, () => 1)).toBe(10_000);
    expect(backoffMs(1, () => 0)).toBe(125);
  });
});
