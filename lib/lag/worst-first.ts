import type { LagRow, LagVerdict } from '@/lib/contract/samples';

const severity: readonly LagVerdict[] = [
  'stopped',
  'stalled',
  'no-members',
  'falling-behind',
  'rewound',
  'catching-up',
  'unknown',
  'no-offset',
  'caught-up',
];

const quiet = (row: LagRow): boolean => row.verdict === 'no-members' && row.point.lag === 0;

/** Worst first: verdict, then seconds behind, then events; a group nobody needs (no members, nothing waits) stands with the well ones. */
export function byWorstLag(a: LagRow, b: LagRow): number {
  const rank = (row: LagRow): number => (quiet(row) ? severity.length : severity.indexOf(row.verdict));
  return (
    rank(a) - rank(b) ||
    (b.behindMs ?? -1) - (a.behindMs ?? -1) ||
    (b.point.lag ?? -1) - (a.point.lag ?? -1) ||
    a.point.inbox.localeCompare(b.point.inbox)
  );
}
