import { render, screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { LagRow } from '@/lib/contract/samples';
import { behindWords, LagTable } from './lag-table';

const row = (given: Omit<Partial<LagRow>, 'point'> & { point?: Partial<LagRow['point']> }): LagRow => ({
  verdict: 'caught-up',
  because: 'Nothing waits.',
  behindMs: 0,
  behindIsAtLeast: false,
  trend: 0,
  consumeRate: 1,
  produceRate: 1,
  clearInMs: null,
  services: [],
  spark: [0, 0],
  ...given,
  point: {
    broker: 'k',
    inbox: 'orders@audit',
    group: 'audit',
    topic: 'orders',
    at: 1,
    protocol: 'classic',
    state: 'Stable',
    members: 1,
    lag: 0,
    stableLag: 0,
    committed: 1,
    end: 1,
    lost: 0,
    partitions: [],
    ...given.point,
  },
});

it('[UN1] says unknown where nothing is known, and 0 only where it is 0', () => {
  render(
    <LagTable
      rows={[
        row({
          verdict: 'no-offset',
          behindMs: null,
          trend: null,
          consumeRate: null,
          produceRate: null,
          spark: [null, null],
          point: { lag: null, members: null },
        }),
      ]}
      selected={null}
      onSelect={() => undefined}
    />,
  );
  const cells = within(screen.getAllByRole('row')[1] ?? document.body)
    .getAllByRole('cell')
    .map((cell) => cell.textContent);
  expect(cells).toEqual([
    'audit',
    'orders',
    'No offset yet',
    'unknown',
    'unknown',
    'unknown',
    '',
    'unknown',
    'unknown',
    'unknown',
    'classic',
    'unknown',
  ]);
});

it('says "more than" where the samples do not reach back far enough', () => {
  expect(behindWords(row({ behindMs: 7_200_000, behindIsAtLeast: true }))).toMatch(/^> 2\sh 00\smin$/);
});
