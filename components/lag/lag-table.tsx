'use client';

import type { LagRow } from '@/lib/contract/samples';
import { formatCount, formatDuration, formatExact, formatRate } from '@/lib/time/format';
import { LagLamp } from '@/components/ui/lamp';
import { Sparkline } from '@/components/ui/sparkline';
import { DataTable, type Column } from '@/components/ui/table';
import { InboxTag } from '@/components/ui/tags';
import { lagKey } from './use-lag';

export interface LagTableProps {
  readonly rows: readonly LagRow[];
  readonly selected: string | null;
  readonly onSelect: (row: LagRow | null) => void;
}

export const protocolTitles: Record<LagRow['point']['protocol'], string> = {
  classic: 'classic',
  consumer: 'KIP-848',
  share: 'share',
  unknown: 'unknown',
};

const known = (text: string) => (text === 'unknown' ? <span className="quiet">unknown</span> : text);

/** One line for each group on a topic. */
export function LagTable({ rows, selected, onSelect }: LagTableProps) {
  const columns: readonly Column<LagRow>[] = [
    {
      id: 'group',
      title: 'Group',
      cell: ({ point }) => (
        <InboxTag system="kafka">
          <b>{point.group}</b>
        </InboxTag>
      ),
    },
    { id: 'topic', title: 'Topic', width: 150, cell: ({ point }) => <span className="muted">{point.topic}</span> },
    {
      id: 'verdict',
      title: 'Verdict',
      width: 140,
      cell: (row) => (
        <span title={row.because}>
          <LagLamp verdict={row.verdict} />
        </span>
      ),
    },
    {
      id: 'behind',
      title: 'Behind',
      width: 96,
      align: 'end',
      cell: (row) => (row.behindMs === null ? <span className="quiet">unknown</span> : <b className="num">{behindWords(row)}</b>),
    },
    {
      id: 'lag',
      title: 'Events',
      width: 90,
      align: 'end',
      cell: ({ point }) => <span title={formatExact(point.lag)}>{known(formatCount(point.lag))}</span>,
    },
    {
      id: 'trend',
      title: 'Trend',
      width: 92,
      align: 'end',
      wideOnly: true,
      cell: (row) => (
        <span className={row.trend !== null && row.trend > 0 && row.verdict !== 'caught-up' ? 'tone-warn' : undefined}>
          {trendWords(row)}
        </span>
      ),
    },
    {
      id: 'spark',
      title: 'Events, over time',
      width: 150,
      cell: (row) => <Sparkline values={row.spark} width={126} colour={sparkColour(row)} label={`Lag over time: ${row.because}`} />,
    },
    { id: 'in', title: 'In', width: 82, align: 'end', wideOnly: true, cell: (row) => known(formatRate(row.produceRate)) },
    { id: 'out', title: 'Out', width: 82, align: 'end', wideOnly: true, cell: (row) => known(formatRate(row.consumeRate)) },
    { id: 'clear', title: 'Time to clear', width: 110, align: 'end', wideOnly: true, cell: clearWords },
    {
      id: 'protocol',
      title: 'Protocol',
      width: 90,
      wideOnly: true,
      cell: ({ point }) => (
        <span className="muted" title={point.protocol === 'consumer' ? 'the consumer protocol of KIP-848' : undefined}>
          {protocolTitles[point.protocol]}
        </span>
      ),
    },
    {
      id: 'members',
      title: 'Members',
      width: 80,
      align: 'end',
      cell: ({ point }) => known(point.members === null ? 'unknown' : formatCount(point.members)),
    },
  ];
  return (
    <DataTable
      label="Consumer groups, worst first"
      columns={columns}
      rows={rows}
      rowKey={(row) => lagKey(row.point)}
      selected={selected}
      onSelect={(key) => onSelect(rows.find((row) => lagKey(row.point) === key) ?? null)}
    />
  );
}

/** "38.4 s"; "> 2 h" where our samples do not reach back to it; unknown stays unknown. */
export function behindWords({ behindMs, behindIsAtLeast }: LagRow): string {
  if (behindMs === null) return 'unknown';
  return `${behindIsAtLeast ? '> ' : ''}${formatDuration(behindMs)}`;
}

const trendWords = ({ trend }: LagRow) =>
  trend === null ? (
    <span className="quiet">unknown</span>
  ) : Math.abs(trend) < 0.005 ? (
    'steady'
  ) : (
    `${trend > 0 ? '+' : '−'}${formatRate(Math.abs(trend))}`
  );

function clearWords({ verdict, clearInMs, trend, point }: LagRow) {
  if (point.lag === 0 || verdict === 'caught-up') return <span className="quiet">clear</span>;
  if (clearInMs !== null) return formatDuration(clearInMs);
  if (trend !== null && trend > 0) return <span className="tone-warn">growing</span>;
  return <span className="quiet">unknown</span>;
}

export function sparkColour({ verdict }: LagRow): string {
  if (verdict === 'stalled' || verdict === 'stopped') return 'var(--bad)';
  return verdict === 'falling-behind' ? 'var(--warn-mark)' : 'var(--ink-2)';
}
