import type { QueueRow } from '@/lib/contract/samples';

const severity: readonly QueueRow['verdict'][] = ['stalled', 'no-consumers', 'filling', 'draining', 'unknown', 'flowing', 'empty'];

/** Worst first among the queues; dead-letter queues follow, fullest first: nobody is expected to take from them. */
export function byWorstQueue(a: QueueRow, b: QueueRow): number {
  if (a.deadLetter !== b.deadLetter) return a.deadLetter ? 1 : -1;
  const rank = (row: QueueRow): number =>
    row.verdict === 'no-consumers' && row.point.ready === 0 ? severity.length : severity.indexOf(row.verdict);
  const byVerdict = a.deadLetter ? 0 : rank(a) - rank(b);
  return byVerdict || (b.point.ready ?? -1) - (a.point.ready ?? -1) || a.point.inbox.localeCompare(b.point.inbox);
}
