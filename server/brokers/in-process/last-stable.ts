import type { EngineRecord } from './message';
import type { Ring } from './ring';

type Log = Ring<EngineRecord>;

/** Where open transactions began, per log: nothing behind the first is stable. */
const openIn = new WeakMap<Log, Map<object, number>>();

/** The offset up to which a read_committed reader may go. */
export function lastStable(log: Log): number {
  const begun = openIn.get(log);
  return begun === undefined || begun.size === 0 ? log.end : Math.min(...begun.values());
}

export function beganIn(log: Log, transaction: object, offset: number): void {
  openIn.set(log, (openIn.get(log) ?? new Map<object, number>()).set(transaction, offset));
}

export const endedIn = (log: Log, transaction: object): void => void openIn.get(log)?.delete(transaction);
