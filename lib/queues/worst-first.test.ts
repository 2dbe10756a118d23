import { expect, it } from 'vitest';
import type { QueueRow } from '@/lib/contract/samples';
import { byWorstQueue } from './worst-first';

const row = (inbox: string, verdict: QueueRow['verdict'], ready: number | null, deadLetter = false): QueueRow =>
  ({ point: { inbox, ready }, verdict, deadLetter }) as unknown as QueueRow;

it('puts stalled and filling queues first and the dead-letter queues in a part of their own', () => {
  const rows = [
    row('dlq', 'no-consumers', 214, true),
    row('flowing', 'flowing', 3),
    row('filling', 'filling', 12),
    row('stalled', 'stalled', 1),
    row('unused', 'no-consumers', 0),
    row('unknown', 'unknown', null),
    row('dlq2', 'no-consumers', 6, true),
  ];
  expect(rows.toSorted(byWorstQueue).map((one) => one.point.inbox)).toEqual([
    'stalled',
    'filling',
    'unknown',
    'flowing',
    'unused',
    'dlq',
    'dlq2',
  ]);
});
