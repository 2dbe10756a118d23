import { describe, expect, it } from 'vitest';
import { toGroupPoint, type GroupNumbers } from './group-point';

const partition = (committed: number | null, highWatermark: number | null, over: Partial<GroupNumbers['partitions'][number]> = {}) => ({
  partition: 0,
  committed,
  highWatermark,
  logStart: 0,
  lastStable: highWatermark,
  ...over,
});
const point = (...partitions: GroupNumbers['partitions']) =>
  toGroupPoint(
    'kafka',
    { inbox: 'orders@billing', topic: 'orders', group: 'billing', state: 'stable', protocol: 'consumer', members: 2, partitions },
    5,
  );

describe('toGroupPoint', () => {
  it('[M1] adds up what is readable; what retention took is lost, not lag', () => {
    expect(point(partition(100, 5000, { logStart: 4000 }), partition(10, 12))).toMatchObject({
      lag: 1002,
      lost: 3900,
      committed: 110,
      end: 5012,
      at: 5,
      members: 2,
    });
  });

  it('[M1] a commit beyond the end (a topic made again) is no negative lag', () => {
    expect(point(partition(50, 20)).lag).toBe(0);
  });

  it('[M2] without a commit there is no lag, neither 0 nor everything', () => {
    expect(point(partition(null, 500))).toMatchObject({ lag: null, stableLag: null, committed: null, end: 500 });
    expect(point(partition(null, 500), partition(3, 5))).toMatchObject({ lag: 2, committed: 3 });
    const late = { logStart: 1_000_000 };
    const before = point(partition(null, 1_000_002, late), partition(1_000_003, 1_000_005, late));
    const after = point(partition(1_000_002, 1_000_002, late), partition(1_000_003, 1_000_005, late));
    expect((after.committed ?? 0) - (before.committed ?? 0)).toBe(2);
    expect(point(partition(3, null)).lag).toBeNull();
  });

  it('[M3] says the stable lag beside it', () => {
    expect(point(partition(10, 15, { lastStable: 10 }))).toMatchObject({ lag: 5, stableLag: 0 });
    expect(point(partition(10, 15, { lastStable: null })).stableLag).toBeNull();
  });
});
