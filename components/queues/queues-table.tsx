'use client';

import type { QueueRow } from '@/lib/contract/samples';
import { formatCount, formatDuration, formatExact, formatRate } from '@/lib/time/format';
import { Lamp, QueueLamp } from '@/components/ui/lamp';
import { Sparkline } from '@/components/ui/sparkline';
import { DataTable, type Column } from '@/components/ui/table';
import { InboxTag } from '@/components/ui/tags';
import { queueKey } from './use-queues';
import styles from './queues.module.css';

export interface QueuesTableProps {
  readonly rows: readonly QueueRow[];
  readonly selected: string | null;
  readonly onSelect: (row: QueueRow | null) => void;
  /** A panel stands beside it: columns that the panel says too are left out. */
  readonly narrow: boolean;
}

const known = (text: string) => (text === 'unknown' ? <span className="quiet">unknown</span> : text);

/** One line for each queue; dead-letter queues stand last and look like what they are. */
export function QueuesTable({ rows, selected, onSelect, narrow }: QueuesTableProps) {
  const fullest = Math.max(1, ...rows.map(({ point }) => (point.ready ?? 0) + (point.unacked ?? 0)));
  const all: readonly Column<QueueRow>[] = [
    {
      id: 'queue',
      title: 'Queue',
      cell: ({ point, deadLetter }) => (
        <InboxTag system="rabbitmq" deadLetter={deadLetter}>
          <b>{point.inbox}</b>
        </InboxTag>
      ),
    },
    { id: 'kind', title: 'Kind', width: 82, wideOnly: true, cell: (row) => <span className="muted">{row.kind}</span> },
    {
      id: 'verdict',
      title: 'Verdict',
      width: 120,
      cell: (row) => (
        <span title={row.because}>
          <Verdict row={row} />
        </span>
      ),
    },
    { id: 'ready', title: 'Ready', width: 136, align: 'end', cell: (row) => <Depth row={row} fullest={fullest} /> },
    { id: 'unacked', title: 'Taken', width: 78, align: 'end', cell: ({ point }) => known(formatCount(point.unacked)) },
    {
      id: 'spark',
      title: 'Depth, over time',
      width: 116,
      cell: (row) => <Sparkline values={row.spark} width={100} colour={sparkColour(row)} label={`Depth over time: ${row.because}`} />,
    },
    { id: 'in', title: 'In', width: 84, align: 'end', wideOnly: true, cell: ({ point }) => known(formatRate(point.publishRate)) },
    { id: 'acked', title: 'Acked', width: 84, align: 'end', wideOnly: true, cell: ({ point }) => known(formatRate(point.ackRate)) },
    {
      id: 'again',
      title: 'Again',
      width: 72,
      align: 'end',
      wideOnly: true,
      cell: ({ point }) => (
        <span className={(point.redeliverRate ?? 0) > 0 ? 'tone-warn' : undefined}>{known(formatRate(point.redeliverRate))}</span>
      ),
    },
    {
      id: 'consumers',
      title: 'Consumers',
      width: 80,
      align: 'end',
      cell: ({ point }) => known(point.consumers === null ? 'unknown' : formatExact(point.consumers)),
    },
    {
      id: 'wait',
      title: 'Wait',
      width: 112,
      align: 'end',
      cell: (row) => (
        <span title="Ready ÷ acknowledged per second: an estimate. RabbitMQ does not tell how long a message waited.">
          {waitWords(row)}
        </span>
      ),
    },
  ];
  const columns = narrow ? all.filter(({ id }) => !inPanel.has(id)) : all;
  return (
    <DataTable
      label="Queues, worst first"
      columns={columns}
      rows={rows}
      rowKey={(row) => queueKey(row.point)}
      selected={selected}
      onSelect={(key) => onSelect(rows.find((row) => queueKey(row.point) === key) ?? null)}
    />
  );
}

const inPanel: ReadonlySet<string> = new Set(['kind', 'unacked', 'again']);

export function Verdict({ row }: { readonly row: QueueRow }) {
  if (row.deadLetter && row.point.ready !== null)
    return row.point.ready > 0 ? (
      <Lamp kind="bad">{row.point.ready === 1 ? '1 letter' : `${formatCount(row.point.ready)} letters`}</Lamp>
    ) : (
      <Lamp kind="idle">No letters</Lamp>
    );
  return <QueueLamp verdict={row.verdict} />;
}

function Depth({ row, fullest }: { readonly row: QueueRow; readonly fullest: number }) {
  const { ready } = row.point;
  return (
    <span className={styles.depth} title={formatExact(ready)}>
      <span className="num">{known(formatCount(ready))}</span>
      <i aria-hidden="true">
        <b data-bad={row.deadLetter || undefined} style={{ width: `${((ready ?? 0) / fullest) * 100}%` }} />
      </i>
    </span>
  );
}

/** "about 9 m 52 s": an estimate always says so; what cannot be estimated is unknown. */
export function waitWords({ waitMs, point, deadLetter }: QueueRow) {
  if (deadLetter) return <span className="quiet">none takes</span>;
  if (point.ready === 0) return <span className="quiet">none</span>;
  return waitMs === null ? <span className="quiet">unknown</span> : `about ${formatDuration(waitMs)}`;
}

const sparkColour = ({ verdict, deadLetter }: QueueRow): string => {
  if (deadLetter || verdict === 'stalled' || verdict === 'no-consumers') return 'var(--bad)';
  return verdict === 'filling' ? 'var(--warn-mark)' : 'var(--ink-2)';
};
