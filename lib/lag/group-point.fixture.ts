import type { GroupPoint } from '@/lib/contract/samples';

export const lagNoon = Date.UTC(2026, 10, 21, 12) * 1000;

/** One sample `second` s after noon: `aGroupPoint(10, { committed: 5, end: 9 })`; the lag follows unless given. */
export function aGroupPoint(second: number, given: Partial<GroupPoint> & { committed: number | null; end: number }): GroupPoint {
  return {
    broker: 'shop-kafka',
    inbox: 'orders@billing',
    group: 'billing',
    topic: 'orders',
    at: lagNoon + second * 1e6,
    protocol: 'classic',
    state: 'stable',
    members: 1,
    lag: given.committed === null ? null : Math.max(0, given.end - given.committed),
    stableLag: given.committed === null ? null : Math.max(0, given.end - given.committed),
    lost: 0,
    partitions: [],
    ...given,
  };
}
