import { expect, it } from 'vitest';
import type { LagRow } from '@/lib/contract/samples';
import { byWorstLag } from './worst-first';

const row = (inbox: string, verdict: LagRow['verdict'], lag: number | null, behindMs: number | null = null): LagRow =>
  ({ point: { inbox, lag }, verdict, behindMs }) as unknown as LagRow;

it('puts what stands still first, then what falls behind by seconds, and an unused group last', () => {
  const rows = [
    row('well', 'caught-up', 0),
    row('unused', 'no-members', 0),
    row('slow', 'falling-behind', 10, 4_000),
    row('slower', 'falling-behind', 3, 9_000),
    row('dead', 'stopped', 5),
    row('left', 'no-members', 7),
  ];
  expect(rows.toSorted(byWorstLag).map((one) => one.point.inbox)).toEqual(['dead', 'left', 'slower', 'slow', 'well', 'unused']);
});
