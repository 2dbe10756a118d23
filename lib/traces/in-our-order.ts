import type { EventRow } from '@/lib/contract/traces';

/** Observation first, then place: a total order of what does not change, so any arrival gives the same. */
export function inOurOrder(a: EventRow, b: EventRow): number {
  return (
    a.observedAt - b.observedAt ||
    compare(a.broker, b.broker) ||
    compare(a.channel, b.channel) ||
    (a.partition ?? -1) - (b.partition ?? -1) ||
    (a.offset ?? -1) - (b.offset ?? -1) ||
    compare(a.id, b.id)
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
