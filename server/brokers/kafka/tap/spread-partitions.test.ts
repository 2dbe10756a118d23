import { describe, expect, it } from 'vitest';
import { spreadPartitions } from './spread-partitions';

describe('sharing partitions', () => {
  it('[K8] gives every partition to exactly one member, evenly', () => {
    const shares = spreadPartitions(
      new Map([
        ['b', ['x', 'y']],
        ['a', ['x', 'y']],
      ]),
      new Map([
        ['x', [2, 0, 1]],
        ['y', [0]],
      ]),
    );
    expect(shares).toEqual(
      new Map([
        ['a', { x: [0, 2] }],
        ['b', { x: [1], y: [0] }],
      ]),
    );
  });

  it('[K8] gives a topic only to who wants it, and nothing of a topic that nobody wants', () => {
    const shares = spreadPartitions(
      new Map([
        ['a', ['x']],
        ['b', ['y']],
      ]),
      new Map([
        ['x', [0, 1]],
        ['y', [0]],
        ['z', [0]],
      ]),
    );
    expect(shares).toEqual(
      new Map([
        ['a', { x: [0, 1] }],
        ['b', { y: [0] }],
      ]),
    );
  });
});
